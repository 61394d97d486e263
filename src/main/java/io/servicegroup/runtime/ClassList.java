package io.servicegroup.runtime;

import java.io.IOException;
import java.io.InputStream;

/**
 * Prints which classes an agent on PostgreSQL loads, as the JVM's {@code -XX:SharedClassListFile}
 * reads it. {@code scripts/servicegroup-agent} makes an archive of them; {@code scripts/class-list}
 * makes the list. A class that is missing from it is loaded from the jar, and one that is not there
 * any more is left out, so that a list of an older day costs only time.
 */
public final class ClassList {

  /** From this Java on a list also says what of a class is linked when the archive is made. */
  private static final int LINKING = 24;

  private ClassList() {}

  /**
   * Prints the list.
   *
   * @param arguments none
   * @throws IOException where it cannot be read or written
   */
  public static void main(String[] arguments) throws IOException {
    String name = Runtime.version().feature() < LINKING ? "classes.txt" : "classes-24.txt";
    try (InputStream list = ClassList.class.getResourceAsStream(name)) {
      list.transferTo(System.out);
    }
    if (System.out.checkError()) {
      throw new IOException("the list could not be written");
    }
  }
}

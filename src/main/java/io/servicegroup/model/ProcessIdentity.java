package io.servicegroup.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells a process from every other one that ever has the same id.
 *
 * @param machine where its id counts, as the system names it: one run of a machine, and the pid
 *     namespace in it; {@link #UNKNOWN} where the system names none
 * @param start when it started, in a unit of the system's own
 */
public record ProcessIdentity(String machine, long start) {

  /** Where the system does not say where ids count. */
  public static final String UNKNOWN = "unknown";

  private static final Pattern TEXT = Pattern.compile("(\\S{1,200})/(\\d{1,18})");

  /**
   * Whether the ids of two processes count in the same place, so that one who is there can tell
   * what became of the other.
   *
   * @param other another process
   * @return never where one of the places is not known
   */
  public boolean isBeside(ProcessIdentity other) {
    return other != null && machine.equals(other.machine) && !machine.equals(UNKNOWN);
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @param text the text, or null
   * @return the identity; null where there is none
   * @throws IllegalArgumentException where the text is of another form
   */
  public static ProcessIdentity parse(String text) {
    if (text == null) {
      return null;
    }
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("a process is named by its machine and its start");
    }
    return new ProcessIdentity(matcher.group(1), Long.parseLong(matcher.group(2)));
  }

  @Override
  public String toString() {
    return machine + "/" + start;
  }
}

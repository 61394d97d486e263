package io.servicegroup.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Distinguishes a process from every other one that ever has the same process id.
 *
 * @param machine where the process id is valid: the boot of a machine and the pid namespace in it,
 *     as the system names them; {@link #UNKNOWN} where the system names none
 * @param start when the process started, in a unit of the operating system
 */
public record ProcessIdentity(String machine, long start) {

  /** The machine of a process where the system does not name boots and pid namespaces. */
  public static final String UNKNOWN = "unknown";

  private static final Pattern TEXT = Pattern.compile("(\\S{1,200})/(\\d{1,18})");

  /**
   * Tells whether the ids of two processes are valid in the same place, so that a process of that
   * place can find out whether the other one still runs.
   *
   * @param other another process
   * @return whether the places are the same; false where one is not known
   */
  public boolean isBeside(ProcessIdentity other) {
    return other != null && machine.equals(other.machine) && !machine.equals(UNKNOWN);
  }

  /**
   * Reads what {@link #toString()} wrote.
   *
   * @param text the text, or null
   * @return the identity; null where the text is null
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

package io.servicegroup.runtime;

/** Writes a number with its noun, for messages. */
public final class Count {

  private Count() {}

  /**
   * Writes a number with its noun.
   *
   * @param number the number
   * @param noun the noun in the singular, whose plural ends in s
   * @return for example {@code 1 member} or {@code 2 members}
   */
  public static String of(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}

package io.servicegroup.runtime;

/** Numbers of things in messages. */
public final class Count {

  private Count() {}

  /**
   * Says how many there are.
   *
   * @param number how many
   * @param noun one of them, whose plural ends in s
   * @return for example {@code 1 member} or {@code 2 members}
   */
  public static String of(long number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}

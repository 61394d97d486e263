package io.servicegroup.model;

/**
 * The order of the words about a member: an operator's words, its uuid, and its removal. The order
 * of a word is a number, the larger of the preceding word's order plus one and the speaker's clock
 * in milliseconds, so that a clock that is wrong by years does no harm. A number beyond the year
 * 3000 is implausible and is not used, because no later word could ever be greater.
 */
public final class WordsOrder {

  /** The greatest valid order: the year 3000 in milliseconds. */
  public static final long GREATEST = 32_503_680_000_000L;

  private WordsOrder() {}

  /**
   * Checks an order that was read from a store.
   *
   * @param order the order that was read
   * @return the same order, or 0 where it is implausible
   */
  public static long plausible(long order) {
    return isPlausible(order) ? order : 0;
  }

  /**
   * Tells whether a speaker can have given an order.
   *
   * @param order the order that was read
   * @return whether it is at most {@link #GREATEST}
   */
  public static boolean isPlausible(long order) {
    return order <= GREATEST;
  }

  /**
   * Makes the order of a word that is spoken now.
   *
   * @param before the order of the preceding word, 0 for none
   * @param nowMillis the speaker's clock
   * @return an order that is greater, unless the preceding one was the greatest
   */
  public static long next(long before, long nowMillis) {
    return Math.min(GREATEST, Math.max(plausible(before) + 1, plausible(nowMillis)));
  }
}

package io.servicegroup.model;

/**
 * Which of two words about a member is the later. The order of a word is the larger of its
 * predecessor's plus one and the speaker's clock in milliseconds, so that a clock that is wrong by
 * years does no harm. What lies beyond all clocks is nobody's word: it orders nothing, as it would
 * be the last word for ever.
 */
public final class WordsOrder {

  /** The greatest order that there is: the year 3000 in milliseconds. */
  public static final long GREATEST = 32_503_680_000_000L;

  private WordsOrder() {}

  /**
   * Takes in what somebody may have written.
   *
   * @param order a number from outside
   * @return the same, or 0 where it is beyond all clocks
   */
  public static long plausible(long order) {
    return isPlausible(order) ? order : 0;
  }

  /**
   * Tells whether somebody can have spoken with an order.
   *
   * @param order a number from outside
   * @return whether it is at most {@link #GREATEST}
   */
  public static boolean isPlausible(long order) {
    return order <= GREATEST;
  }

  /**
   * Gives the order of a word that is said now.
   *
   * @param before the order of the word before, 0 for none
   * @param nowMillis the speaker's clock
   * @return an order that is greater, unless the one before was the greatest
   */
  public static long next(long before, long nowMillis) {
    return Math.min(GREATEST, Math.max(plausible(before) + 1, plausible(nowMillis)));
  }
}

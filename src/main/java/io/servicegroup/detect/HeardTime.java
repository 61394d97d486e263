package io.servicegroup.detect;

import io.servicegroup.model.Sightings;

/**
 * Measures the time in which the backend was reached and members were heard or vouched for. Unlike
 * the witness clock, it goes on over hiccups and losses of data and never falls; it stands still
 * while no member is heard or the backend is not reached. It bounds how long failures in a row may
 * postpone a verdict, and tells when a postponement is to be shown.
 */
final class HeardTime {

  private final long longestGap;
  private long reached;
  private long told = Sightings.NOT_TOLD;
  private long heardAt;
  private long millis;
  private long returnedAt;
  private long lastGap = Long.MIN_VALUE;
  private long gapBefore = Long.MIN_VALUE;

  /**
   * Makes a clock that stands at zero.
   *
   * @param longestGap the most that counts between two beats, in milliseconds
   */
  HeardTime(long longestGap) {
    this.longestGap = longestGap;
  }

  /**
   * Takes in how long the backend was reached.
   *
   * @param reachedMillis what the backend's liveness verticle says, or {@link Sightings#NOT_TOLD}
   * @param witnessedMillis how far the witness clock advanced, which is used where the verticle
   *     does not say; 0 where the witness clock fell
   */
  void advance(long reachedMillis, long witnessedMillis) {
    if (reachedMillis == Sightings.NOT_TOLD) {
      reached += witnessedMillis;
    } else {
      reached += told == Sightings.NOT_TOLD ? 0 : Math.max(0, reachedMillis - told);
      told = reachedMillis;
    }
  }

  /** A member was heard, or is vouched for. */
  void heard() {
    millis += Math.min(longestGap, reached - heardAt);
    heardAt = reached;
  }

  /** An outage is over. */
  void returned() {
    returnedAt = reached;
  }

  /** How long the backend was reached since the last outage, in milliseconds. */
  long sinceOutageMillis() {
    return reached - returnedAt;
  }

  /**
   * There was a hiccup, an outage or a loss of data; several without a beat in between count as
   * one.
   */
  void gap() {
    if (lastGap != millis) {
      gapBefore = lastGap;
      lastGap = millis;
    }
  }

  /** The time in which members were heard, in milliseconds. */
  long millis() {
    return millis;
  }

  /** How long the backend was reached, whether or not a member was heard, in milliseconds. */
  long reachedMillis() {
    return reached;
  }

  /** Whether more than one gap lies between a time of this clock and now. */
  boolean isAfterGaps(long since) {
    return gapBefore != Long.MIN_VALUE && since <= gapBefore;
  }
}

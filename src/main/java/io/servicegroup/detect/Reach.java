package io.servicegroup.detect;

import io.servicegroup.model.Sightings;

/**
 * Time in which others were heard or vouched for, whatever failed or was lost meanwhile. Unlike the
 * witness clock it goes on over hiccups and losses of data and never falls; it stands still while
 * nobody is heard, or nothing is reached. It bounds for how long failures in a row may postpone a
 * verdict, and tells when that is to be shown.
 */
final class Reach {

  private final long patience;
  private long reached;
  private long told = Sightings.NOT_TOLD;
  private long heardAt;
  private long millis;
  private long returnedAt;
  private long lastGap = Long.MIN_VALUE;
  private long gapBefore = Long.MIN_VALUE;

  /**
   * Makes one that stands at zero.
   *
   * @param patience between two beats that count as arriving one after the other, in milliseconds
   */
  Reach(long patience) {
    this.patience = patience;
  }

  /**
   * Takes in how long the backend was reached.
   *
   * @param reachedMillis what its verticle says, or {@link Sightings#NOT_TOLD}
   * @param witnessedMillis how far the witness clock advanced, which stands for it where nobody
   *     tells; 0 where it fell
   */
  void advance(long reachedMillis, long witnessedMillis) {
    if (reachedMillis == Sightings.NOT_TOLD) {
      reached += witnessedMillis;
    } else {
      reached += told == Sightings.NOT_TOLD ? 0 : Math.max(0, reachedMillis - told);
      told = reachedMillis;
    }
  }

  /** Somebody was heard. */
  void heard() {
    millis += Math.min(patience, reached - heardAt);
    heardAt = reached;
  }

  /** An outage is over. */
  void returned() {
    returnedAt = reached;
  }

  /** For how long the backend was reached since the last outage, in milliseconds. */
  long sinceOutageMillis() {
    return reached - returnedAt;
  }

  /** A hiccup, an outage or a loss of data; several with nobody heard in between are one. */
  void gap() {
    if (lastGap != millis) {
      gapBefore = lastGap;
      lastGap = millis;
    }
  }

  /** The time in which others were heard, in milliseconds. */
  long millis() {
    return millis;
  }

  /** For how long the backend was reached, whether or not anybody was heard, in milliseconds. */
  long reachedMillis() {
    return reached;
  }

  /** Whether more than one gap lies between a time of this clock and now. */
  boolean isAfterGaps(long since) {
    return gapBefore != Long.MIN_VALUE && since <= gapBefore;
  }
}

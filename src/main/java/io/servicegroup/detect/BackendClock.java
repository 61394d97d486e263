package io.servicegroup.detect;

import io.servicegroup.model.Sightings;

/**
 * How much the sightings of a backend count at present: the backend's weight, its witness clock,
 * how long it was {@link HeardTime reached}, and whether it is in grace.
 *
 * <pre>
 *               missed       out    reached, or seen
 * REACHABLE     INTERRUPTED  -      -
 * INTERRUPTED   -            OUT    REACHABLE, in grace
 * OUT           -            -      REACHABLE, everything begins anew
 * </pre>
 *
 * <p>A backend that was never heard from is out. After a loss of data everything begins anew as
 * well. It begins anew once more with the next sightings, because only these bring the clock's new
 * reading, and the clock of a third party's verticle may have gone on meanwhile.
 */
final class BackendClock {

  /** How much a backend's votes count. */
  enum Weight {
    /** The backend can be reached, and votes. */
    REACHABLE,
    /** Round trips failed, not for long enough to be an outage: the backend keeps its votes. */
    INTERRUPTED,
    /** There is an outage: the backend has no vote. */
    OUT
  }

  private final long grace;
  private final Runnable restart;
  private final HeardTime heardTime;
  private Weight weight = Weight.OUT;
  private long millis;
  private long step;
  private long age;
  private long graceUntil;
  private long startsUntil;
  private boolean started;
  private boolean beginsAnew;
  private boolean listing;

  /**
   * Makes the clock of a backend that was not heard from yet.
   *
   * @param grace how long after each failure an absence that the backend concludes only counts as
   *     silence, in milliseconds
   * @param restart gives every member its whole timeout again
   */
  BackendClock(long grace, HeardTime heardTime, Runnable restart) {
    this.grace = grace;
    this.heardTime = heardTime;
    this.restart = restart;
  }

  Weight weight() {
    return weight;
  }

  /** The witness clock, in milliseconds. */
  long millis() {
    return millis;
  }

  /**
   * A beat of the present message is applied. The message before did not show it, so it is not
   * older than the step between the two; and at a new start ages prove nothing.
   *
   * @param told how long before the clock's reading the beat was written, in milliseconds; 0 where
   *     no beat is applied
   */
  void shows(long told) {
    age = listing ? 0 : Math.max(0, Math.min(told, step));
  }

  /** When the member whose evidence changes was heard, on the witness clock, in milliseconds. */
  long heardAt() {
    return millis - age;
  }

  /**
   * Whether the present message may list what was so before, rather than what has just happened.
   */
  boolean isListing() {
    return listing;
  }

  /**
   * Whether the backend may still be concluding absences from its own or our disconnection.
   *
   * @param observed whether this agent observed the absence itself; only a new start makes such an
   *     absence doubtful, not a hiccup
   */
  boolean isInGrace(boolean observed) {
    return millis < (observed ? startsUntil : graceUntil);
  }

  /** A round trip failed; this is a hiccup unless it lasts. */
  void missed() {
    if (weight == Weight.REACHABLE) {
      weight = Weight.INTERRUPTED;
    }
  }

  /**
   * No round trip succeeded for so long that it is an outage.
   *
   * @return whether this changed the weight
   */
  boolean out() {
    boolean news = weight == Weight.INTERRUPTED;
    weight = news ? Weight.OUT : weight;
    return news;
  }

  /**
   * The backend can be reached.
   *
   * @param dataLost whether it came back empty, or with older data
   * @return whether everything begins anew, because the backend was out or lost data
   */
  boolean reachable(boolean dataLost) {
    boolean anew = dataLost || weight == Weight.OUT;
    resume(anew, false);
    beginsAnew = beginsAnew || anew;
    return anew;
  }

  /**
   * Takes in what the witness says. A witness clock that fell gives every member its whole timeout
   * again; a hiccup only keeps absences that the backend concludes from being believed.
   *
   * @return whether everything begins anew
   */
  boolean advance(Sightings seen) {
    boolean fell = seen.witnessedMillis() < millis;
    heardTime.advance(seen.reachedMillis(), fell || !started ? 0 : seen.witnessedMillis() - millis);
    step = seen.witnessedMillis() - millis;
    millis = seen.witnessedMillis();
    listing = beginsAnew || fell || !started || weight == Weight.OUT;
    resume(listing, seen.hiccup());
    started = true;
    beginsAnew = false;
    return listing;
  }

  private void resume(boolean anew, boolean afterHiccup) {
    if (weight == Weight.OUT) {
      heardTime.returned();
    }
    if (anew) {
      restart();
    } else if (afterHiccup || weight == Weight.INTERRUPTED) {
      hiccup();
    }
    weight = Weight.REACHABLE;
  }

  private void hiccup() {
    graceUntil = millis + grace;
    heardTime.gap();
  }

  private void restart() {
    graceUntil = millis + grace;
    startsUntil = graceUntil;
    if (started) {
      heardTime.gap();
    }
    restart.run();
  }
}

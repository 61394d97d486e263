package io.servicegroup.detect;

import io.servicegroup.model.Sightings;

/**
 * How much what a backend shows counts at present: its weight, its witness clock and how far it was
 * {@link Reach reached}, and whether it is in grace.
 *
 * <pre>
 *               missed       out    reached, or seen
 * REACHABLE     INTERRUPTED  -      -
 * INTERRUPTED   -            OUT    REACHABLE, in grace
 * OUT           -            -      REACHABLE, everything begins anew
 * </pre>
 *
 * <p>One that was not heard from is out. After a loss of data everything begins anew as well. What
 * begins anew does so again with the next message, by the clock that it brings: the clock of a
 * verticle that somebody else wrote may have gone on meanwhile.
 */
final class BackendClock {

  /** How much what a backend showed counts. */
  enum Weight {
    /** It votes. */
    REACHABLE,
    /** It missed round trips, not for long enough to be an outage: it votes as it did. */
    INTERRUPTED,
    /** It cannot vote. */
    OUT
  }

  private final long grace;
  private final Runnable restart;
  private final Reach reach;
  private Weight weight = Weight.OUT;
  private long millis;
  private long graceUntil;
  private long startsUntil;
  private boolean started;
  private boolean beginsAnew;
  private boolean listing;

  /**
   * Makes one of a backend that was not heard from.
   *
   * @param grace for how long absences that it concludes are silence after each failure
   * @param restart gives everybody all their time
   */
  BackendClock(long grace, Reach reach, Runnable restart) {
    this.grace = grace;
    this.reach = reach;
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
   * Whether this is a message whose contents may have been so before and not just have happened.
   */
  boolean isListing() {
    return listing;
  }

  /**
   * Whether the backend may still be concluding absences from its own or our disconnection.
   *
   * @param observed whether this agent found the absence out by itself, which only a new start
   *     makes doubtful
   */
  boolean isInGrace(boolean observed) {
    return millis < (observed ? startsUntil : graceUntil);
  }

  /** A round trip was missed: a hiccup, if no more follows. */
  void missed() {
    if (weight == Weight.REACHABLE) {
      weight = Weight.INTERRUPTED;
    }
  }

  /**
   * None was possible for so long that it is an outage.
   *
   * @return whether that is news
   */
  boolean out() {
    boolean news = weight == Weight.INTERRUPTED;
    weight = news ? Weight.OUT : weight;
    return news;
  }

  /**
   * It can be used.
   *
   * @param dataLost whether it came back empty, or older than it was
   * @return whether everything begins anew, as it was out or lost data
   */
  boolean reachable(boolean dataLost) {
    boolean anew = dataLost || weight == Weight.OUT;
    resume(anew, false);
    beginsAnew |= anew;
    return anew;
  }

  /**
   * Takes in what the witness says. A clock that fell gives everybody all their time; a hiccup only
   * forbids to believe what the backend concludes.
   *
   * @return whether everything begins anew
   */
  boolean advance(Sightings seen) {
    boolean fell = seen.witnessedMillis() < millis;
    reach.advance(seen.reachedMillis(), fell || !started ? 0 : seen.witnessedMillis() - millis);
    millis = seen.witnessedMillis();
    listing = beginsAnew || fell || !started || weight == Weight.OUT;
    resume(listing, seen.hiccup());
    started = true;
    beginsAnew = false;
    return listing;
  }

  private void resume(boolean anew, boolean afterHiccup) {
    if (weight == Weight.OUT) {
      reach.returned();
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
    reach.gap();
  }

  private void restart() {
    graceUntil = millis + grace;
    startsUntil = graceUntil;
    if (started) {
      reach.gap();
    }
    restart.run();
  }
}

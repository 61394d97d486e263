package io.servicegroup.detect;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Time in which silence counts. It advances only over intervals in which beats could have been
 * written and seen, as proved by a round trip through the backend at both ends and no failure in
 * between. After an outage, a pause of this process or a loss of data it starts again at zero,
 * which tells the evaluator to give everybody a whole {@code service_down_time}: writers need time
 * to come back too.
 *
 * <p>A second reading, the time {@link #reachedMillis reached}, goes on over short failures and
 * losses: it bounds for how long they may postpone a verdict.
 *
 * <p>Pure arithmetic on a monotonic clock that the caller reads; not thread-safe.
 */
public final class WitnessClock {

  /** What lay before a round trip that succeeded. */
  public enum Gap {
    /** Nothing: the round trips follow each other. */
    NONE,
    /** A failure in between: the interval does not count. */
    HICCUP,
    /** An outage, or a pause of this process: the clock starts again. */
    OUTAGE,
    /** It began before one that is known already: it says nothing new. */
    LATE
  }

  private final long outageNanos;
  private long witnessedNanos;
  private long reachedNanos;
  private long last;
  private boolean started;
  private boolean missed;

  /**
   * Makes a clock that stands at zero.
   *
   * @param reportInterval for how long round trips may be overdue before it is an outage
   * @param pollInterval how often a round trip is due
   */
  public WitnessClock(Duration reportInterval, Duration pollInterval) {
    this.outageNanos = reportInterval.plus(pollInterval).toNanos();
  }

  /**
   * A round trip succeeded. Whatever was read in it was so at its start or later, so the clock
   * stands at its start.
   *
   * @param startedNanos when the round trip began, on a monotonic clock
   * @return what lay before it; after {@link Gap#LATE} nothing of it is to be used
   */
  public Gap witnessed(long startedNanos) {
    long interval = startedNanos - last;
    if (started && interval < 0) {
      return Gap.LATE;
    }
    Gap gap = gap(interval);
    if (gap == Gap.OUTAGE) {
      witnessedNanos = 0;
    } else if (started) {
      witnessedNanos += gap == Gap.NONE ? interval : 0;
      reachedNanos += interval;
    }
    started = true;
    missed = false;
    last = startedNanos;
    return gap;
  }

  private Gap gap(long interval) {
    if (started && interval > outageNanos) {
      return Gap.OUTAGE;
    }
    return started && missed ? Gap.HICCUP : Gap.NONE;
  }

  /** A round trip failed: the interval around it does not count. */
  public void missed() {
    missed = true;
  }

  /** The backend lost data: what it showed before is not comparable with what it shows now. */
  public void restart() {
    witnessedNanos = 0;
  }

  /**
   * The witnessed time since the last start.
   *
   * @return milliseconds
   */
  public long millis() {
    return TimeUnit.NANOSECONDS.toMillis(witnessedNanos);
  }

  /**
   * The time between all round trips that no outage lies between, failures and losses of data
   * included. Never falls.
   *
   * @return milliseconds
   */
  public long reachedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(reachedNanos);
  }
}

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
 * <p>Pure arithmetic on a monotonic clock that the caller reads; not thread-safe.
 */
public final class WitnessClock {

  private final long outageNanos;
  private long witnessedNanos;
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
   * @return whether an outage (or a pause of this process) lay before it
   */
  public boolean witnessed(long startedNanos) {
    long interval = startedNanos - last;
    boolean outage = started && interval > outageNanos;
    if (outage) {
      witnessedNanos = 0;
    } else if (started && !missed) {
      witnessedNanos += Math.max(0, interval);
    }
    started = true;
    missed = false;
    last = startedNanos;
    return outage;
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
}

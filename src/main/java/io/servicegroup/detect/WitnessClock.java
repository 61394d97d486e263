package io.servicegroup.detect;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Measures the time in which silence counts. The clock advances only over intervals in which beats
 * could have been written and seen: a round trip through the backend succeeded at both ends of the
 * interval, and none failed in between. After an outage, a pause of this process or a loss of data
 * the clock starts again at zero. The evaluator then gives every member a whole {@code
 * service_down_time}, because writers need time to come back too.
 *
 * <p>A second reading, {@link #reachedMillis}, goes on over short failures and losses of data. It
 * bounds how long these may postpone a verdict.
 *
 * <p>Pure arithmetic on a monotonic clock that the caller reads; not thread-safe.
 */
public final class WitnessClock {

  /** What happened between the last round trip that succeeded and this one. */
  public enum Gap {
    /** Nothing happened: the round trips follow each other. */
    NONE,
    /** A round trip failed in between: the interval does not count. */
    HICCUP,
    /** There was an outage, or this process was paused: the clock starts again at zero. */
    OUTAGE,
    /** The round trip began before one that succeeded already: it says nothing new. */
    LATE
  }

  private final long reportNanos;
  private final long pollNanos;
  private long witnessedNanos;
  private long reachedNanos;
  private long last;
  private boolean started;
  private boolean missed;

  /**
   * Makes a clock that stands at zero.
   *
   * @param reportInterval round trips that are overdue by more than this are an outage
   * @param pollInterval how often a round trip is due, unless a longer interval was planned
   */
  public WitnessClock(Duration reportInterval, Duration pollInterval) {
    this.reportNanos = reportInterval.toNanos();
    this.pollNanos = pollInterval.toNanos();
  }

  /**
   * As {@link #witnessed(long, long)}, where the round trip was due after {@code poll_interval}.
   *
   * @param startedNanos when the round trip began, on a monotonic clock
   * @return what happened before it
   */
  public Gap witnessed(long startedNanos) {
    return witnessed(startedNanos, pollNanos);
  }

  /**
   * A round trip succeeded. What it read was written before its end and may be as old as its start,
   * so the clock advances to its start only. However late the round trip was, the clock advances by
   * a {@code report_interval} and a {@code poll_interval} at most: a {@code service_down_time} is
   * longer than that and the time from a beat to the next.
   *
   * @param startedNanos when the round trip began, on a monotonic clock
   * @param plannedNanos how long after the last one it was to begin
   * @return what happened before it; after {@link Gap#LATE} nothing that it read is to be used
   */
  public Gap witnessed(long startedNanos, long plannedNanos) {
    long interval = startedNanos - last;
    if (started && interval < 0) {
      return Gap.LATE;
    }
    Gap gap = gap(interval, Math.max(plannedNanos, pollNanos));
    if (gap == Gap.OUTAGE) {
      witnessedNanos = 0;
    } else if (started) {
      witnessedNanos += gap == Gap.NONE ? Math.min(interval, reportNanos + pollNanos) : 0;
      reachedNanos += interval;
    }
    started = true;
    missed = false;
    last = startedNanos;
    return gap;
  }

  private Gap gap(long interval, long planned) {
    if (started && interval - planned > reportNanos) {
      return Gap.OUTAGE;
    }
    return started && missed ? Gap.HICCUP : Gap.NONE;
  }

  /** A round trip failed: the interval around it does not count. */
  public void missed() {
    missed = true;
  }

  /**
   * The backend lost data: the clock starts again at zero, because what the backend showed before
   * cannot be compared with what it shows now.
   */
  public void restart() {
    witnessedNanos = 0;
  }

  /**
   * Reads the witnessed time since the clock started at zero.
   *
   * @return milliseconds
   */
  public long millis() {
    return TimeUnit.NANOSECONDS.toMillis(witnessedNanos);
  }

  /**
   * Reads the time in which the backend was reached: all intervals between round trips except
   * outages, including those with failures and losses of data. Never falls.
   *
   * @return milliseconds
   */
  public long reachedMillis() {
    return TimeUnit.NANOSECONDS.toMillis(reachedNanos);
  }
}

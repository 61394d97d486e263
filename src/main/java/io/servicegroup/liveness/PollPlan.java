package io.servicegroup.liveness;

import io.servicegroup.runtime.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Decides when a backend is polled next. Usually that is a {@code poll_interval} after the last
 * poll. It is a {@code report_interval} where the last poll was calm. Where a write told everything
 * that a poll would have told, it is a little more than a {@code report_interval} after that write,
 * so that the next write comes first. For a {@code service_down_time} after the start, after each
 * loss and after each join of somebody else, and while beats do not get through, every {@code
 * poll_interval} counts.
 *
 * <p>Pure arithmetic on a monotonic clock that the caller reads; not thread-safe.
 */
final class PollPlan {

  private final Duration poll;
  private final Duration report;
  private final long carefulNanos;
  private final long writeNanos;

  /** When the last poll began, or the last write that stands for one. */
  private long last;

  private long lastWrite;
  private long pollNanos;
  private long reportNanos;
  private long carefulSince;
  private boolean careful = true;
  private boolean written;
  private boolean calm;
  private boolean wanted;
  private boolean begun;

  /**
   * Makes a plan whose first poll is due at once.
   *
   * @param settings the intervals
   * @param nowNanos the clock
   */
  PollPlan(LivenessSettings settings, long nowNanos) {
    this.poll = settings.pollInterval();
    this.report = settings.reportInterval();
    this.carefulNanos = settings.serviceDownTime().toNanos();
    this.writeNanos = report.plus(poll.dividedBy(2)).toNanos();
    this.carefulSince = nowNanos;
    shorten();
  }

  /** So that the agents of a fleet that was started together do not poll together. */
  private void shorten() {
    pollNanos = TimeUnit.MILLISECONDS.toNanos(Ticker.shortened(poll));
    reportNanos = TimeUnit.MILLISECONDS.toNanos(Ticker.shortened(report));
  }

  /** The next poll is due at once, whatever is planned. */
  void want() {
    wanted = true;
  }

  /** A poll begins. */
  void begins(long nowNanos) {
    last = nowNanos;
    begun = true;
    wanted = false;
    shorten();
  }

  /** A poll succeeded; what it saw says whether the next one may wait. */
  void polled(boolean isCalm) {
    calm = isCalm;
  }

  /**
   * A write succeeded that stands for a poll.
   *
   * @param startedNanos when it began
   */
  void wrote(long startedNanos) {
    written = true;
    lastWrite = startedNanos;
    last = startedNanos - last > 0 ? startedNanos : last;
  }

  /**
   * Something was lost, or does not get through: from here on every {@code poll_interval} counts.
   */
  void careful(long nowNanos) {
    careful = true;
    carefulSince = nowNanos;
    written = false;
  }

  /** Whether every {@code poll_interval} counts. */
  boolean isCareful(long nowNanos) {
    careful = careful && nowNanos - carefulSince < carefulNanos;
    return careful;
  }

  /** For how long the next poll is not due, in nanoseconds; not positive where it is due. */
  long untilDue(long nowNanos) {
    return wanted || !begun ? 0 : last + interval(nowNanos) - nowNanos;
  }

  /**
   * How long after the last poll, or the write that stood for it, the next one is planned to begin;
   * the witness clock takes longer for an outage.
   */
  long plannedNanos(long nowNanos) {
    return interval(nowNanos);
  }

  private long interval(long nowNanos) {
    if (isCareful(nowNanos)) {
      return pollNanos;
    }
    long afterWrite = lastWrite + writeNanos - last;
    if (written && nowNanos - lastWrite < writeNanos) {
      return Math.max(pollNanos, afterWrite);
    }
    return calm ? reportNanos : pollNanos;
  }
}

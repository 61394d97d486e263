package io.servicegroup.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The pause between attempts to connect. After an attempt failed or a connection was lost, no
 * attempt is made before the pause is over; callers that cannot wait for so long get the reason at
 * once.
 *
 * <p>Not thread-safe.
 */
public final class ReconnectPause {

  private static final Duration FIRST = Duration.ofMillis(200);

  private final Backoff backoff;
  private final LongSupplier nanoTime;
  private Throwable why;
  private long untilNanos;

  /**
   * Makes an object without a pause.
   *
   * @param longest the longest pause
   * @param nanoTime a monotonic clock, {@link System#nanoTime} outside tests
   */
  public ReconnectPause(Duration longest, LongSupplier nanoTime) {
    this.backoff = new Backoff(FIRST, longest);
    this.nanoTime = nanoTime;
  }

  /**
   * As the constructor, by the system's clock.
   *
   * @param longest the longest pause
   * @return an object without a pause
   */
  public static ReconnectPause upTo(Duration longest) {
    return new ReconnectPause(longest, System::nanoTime);
  }

  /**
   * An attempt failed, or its connection was lost.
   *
   * @param cause the reason that callers get during the pause
   */
  public void failed(Throwable cause) {
    why = cause;
    untilNanos = nanoTime.getAsLong() + backoff.failed().toNanos();
  }

  /**
   * A connection gave no answer in time. The first time, a new connection may be tried at once.
   *
   * @param cause as for {@link #failed}
   */
  public void late(Throwable cause) {
    if (why == null) {
      why = cause;
      untilNanos = nanoTime.getAsLong();
    } else {
      failed(cause);
    }
  }

  /** The remote side answered. */
  public void succeeded() {
    why = null;
    backoff.succeeded();
  }

  /**
   * How long the pause still lasts.
   *
   * @return zero where an attempt may be made now
   */
  public Duration left() {
    long left = why == null ? 0 : untilNanos - nanoTime.getAsLong();
    return Duration.ofNanos(Math.max(0, left));
  }

  /**
   * The reason of the pause.
   *
   * @return the last failure, or null where the remote side has answered since
   */
  public Throwable why() {
    return why;
  }
}

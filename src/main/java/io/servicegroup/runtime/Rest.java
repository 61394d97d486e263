package io.servicegroup.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The rest between attempts to connect. Where one failed, or a connection was lost, nobody tries
 * again before it is over; whoever cannot wait for that long is told why at once.
 *
 * <p>Not thread-safe.
 */
public final class Rest {

  private static final Duration FIRST = Duration.ofMillis(200);

  private final Backoff backoff;
  private final LongSupplier nanoTime;
  private Throwable why;
  private long untilNanos;

  /**
   * Not resting.
   *
   * @param longest no rest is longer
   * @param nanoTime a monotonic clock, {@link System#nanoTime} outside tests
   */
  public Rest(Duration longest, LongSupplier nanoTime) {
    this.backoff = new Backoff(FIRST, longest);
    this.nanoTime = nanoTime;
  }

  /**
   * As the constructor, by the system's clock.
   *
   * @param longest no rest is longer
   * @return not resting
   */
  public static Rest upTo(Duration longest) {
    return new Rest(longest, System::nanoTime);
  }

  /**
   * An attempt failed, or what it led to was lost.
   *
   * @param cause what is told to those who come meanwhile
   */
  public void failed(Throwable cause) {
    why = cause;
    untilNanos = nanoTime.getAsLong() + backoff.failed().toNanos();
  }

  /**
   * A connection gave no answer in time. Another one is worth a try at once, the first time.
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

  /** The remote answered. */
  public void succeeded() {
    why = null;
    backoff.succeeded();
  }

  /**
   * For how long nobody is to try.
   *
   * @return zero where one may try now
   */
  public Duration left() {
    long left = why == null ? 0 : untilNanos - nanoTime.getAsLong();
    return Duration.ofNanos(Math.max(0, left));
  }

  /**
   * Why there is to be a rest.
   *
   * @return the last failure, or null where the remote has answered since
   */
  public Throwable why() {
    return why;
  }
}

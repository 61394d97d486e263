package io.servicegroup.liveness;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * For how long an answer is waited for: as long as answers take here, not a constant part of the
 * pace at which they are asked for. A path that answers at once is given up soon when it does not;
 * one that is slow is given the time that it needs.
 *
 * <p>Not thread-safe.
 */
public final class Patience {

  /** Shorter ones would make a busy machine look like an outage. */
  private static final Duration LEAST_HALF = Duration.ofMillis(320);

  /** So many times the last answer's time is waited for the next. */
  private static final int SLACK = 3;

  /** By such a part of it, the time is shortened with each answer that is quicker. */
  private static final int SLOWLY = 8;

  private final long usualMillis;
  private final long longestMillis;
  private final LongSupplier nanoTime;
  private long millis;

  /**
   * Makes one that has seen no answer yet.
   *
   * @param usual for a path of which nothing is known, and never less
   * @param longest never more
   */
  public Patience(Duration usual, Duration longest) {
    this(usual, longest, System::nanoTime);
  }

  Patience(Duration usual, Duration longest, LongSupplier nanoTime) {
    this.usualMillis = Math.max(1, usual.toMillis());
    this.longestMillis = Math.max(usualMillis, longest.toMillis());
    this.nanoTime = nanoTime;
    this.millis = usualMillis;
  }

  /**
   * For how long whoever calls once in an interval waits where nothing is known of the path.
   *
   * @param interval from a call to the next
   * @return half of it, or a little where that is less
   */
  public static Duration half(Duration interval) {
    Duration half = interval.dividedBy(2);
    return half.compareTo(LEAST_HALF) < 0 ? LEAST_HALF : half;
  }

  /**
   * For how long the next answer is waited for.
   *
   * @return the bound
   */
  public Duration bound() {
    return Duration.ofMillis(millis);
  }

  /**
   * Asks for something, and learns from how long it takes.
   *
   * @param work is given its bound, and fails by itself where that is over
   * @return its answer
   */
  public <T> Future<T> call(Function<Duration, Future<T>> work) {
    long bound = millis;
    long started = nanoTime.getAsLong();
    return work.apply(Duration.ofMillis(bound))
        .onComplete(
            answer -> {
              long took = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - started);
              if (answer.succeeded()) {
                // A path that was slow a moment ago may be so again.
                millis = clamp(Math.max(SLACK * took, bound - bound / SLOWLY));
              } else if (took >= bound) {
                millis = clamp(2 * bound);
              }
            });
  }

  private long clamp(long wanted) {
    return Math.min(longestMillis, Math.max(usualMillis, wanted));
  }
}

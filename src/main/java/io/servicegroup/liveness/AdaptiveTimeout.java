package io.servicegroup.liveness;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * How long an answer is waited for, learned from how long answers take. A constant share of the
 * interval would not do: a path that usually answers at once is given up soon when it does not
 * answer, and a slow one gets the time that it needs.
 *
 * <p>Not thread-safe.
 */
public final class AdaptiveTimeout {

  /** A shorter bound would make a busy machine look like an outage. */
  private static final Duration LEAST_HALF = Duration.ofMillis(320);

  /** The next answer is waited for at least so many times as long as the last one took. */
  private static final int SLACK = 3;

  /** Each quicker answer shortens the bound by one part in so many. */
  private static final int SLOWLY = 8;

  private final long usualMillis;
  private final long longestMillis;
  private final LongSupplier nanoTime;
  private long millis;

  /**
   * Makes a bound that has seen no answer yet.
   *
   * @param usual the first bound, and the shortest
   * @param longest the longest bound
   */
  public AdaptiveTimeout(Duration usual, Duration longest) {
    this(usual, longest, System::nanoTime);
  }

  AdaptiveTimeout(Duration usual, Duration longest, LongSupplier nanoTime) {
    this.usualMillis = Math.max(1, usual.toMillis());
    this.longestMillis = Math.max(usualMillis, longest.toMillis());
    this.nanoTime = nanoTime;
    this.millis = usualMillis;
  }

  /**
   * The first bound for calls that are made once per interval.
   *
   * @param interval the time from one call to the next
   * @return half of it, but at least 320 ms
   */
  public static Duration half(Duration interval) {
    Duration half = interval.dividedBy(2);
    return half.compareTo(LEAST_HALF) < 0 ? LEAST_HALF : half;
  }

  /**
   * Tells how long the next answer is waited for.
   *
   * @return the bound
   */
  public Duration bound() {
    return Duration.ofMillis(millis);
  }

  /**
   * Makes a call, and learns from how long it takes.
   *
   * @param work makes the call within the given bound, and fails by itself where that has passed
   * @return the answer
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

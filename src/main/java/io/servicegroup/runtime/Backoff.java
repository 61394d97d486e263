package io.servicegroup.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * How long to wait before something is tried again: the wait doubles with each failure in a row, up
 * to a limit, and a random part is taken off each time, so that a thousand agents do not reconnect
 * at the same moment.
 *
 * <p>Not thread-safe; needs no clock.
 */
public final class Backoff {

  /** The largest part of a wait that is taken off at random. */
  private static final double JITTER = 0.5;

  private final Duration first;
  private final Duration longest;
  private final DoubleSupplier random;
  private Duration next;

  /**
   * Begins with the shortest wait.
   *
   * @param first how long the first wait is at most
   * @param longest no wait is longer
   */
  public Backoff(Duration first, Duration longest) {
    this(first, longest, () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * As {@link #Backoff(Duration, Duration)}, for tests.
   *
   * @param first how long the first wait is at most
   * @param longest no wait is longer
   * @param random from 0 to less than 1
   */
  public Backoff(Duration first, Duration longest, DoubleSupplier random) {
    this.first = first.compareTo(longest) < 0 ? first : longest;
    this.longest = longest;
    this.random = random;
    this.next = this.first;
  }

  /**
   * An attempt failed.
   *
   * @return how long to wait, at least a millisecond
   */
  public Duration failed() {
    Duration most = next;
    Duration doubled = next.multipliedBy(2);
    next = doubled.compareTo(longest) < 0 ? doubled : longest;
    double share = 1 - JITTER * random.getAsDouble();
    return Duration.ofMillis(Math.max(1, Math.round(most.toMillis() * share)));
  }

  /** An attempt succeeded: the wait after the next failure is as short as the first. */
  public void succeeded() {
    next = first;
  }
}

package io.servicegroup.heartbeat.probe;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Function;

/**
 * One look at a service. The look says what it waits for, so that a timeout can give that as its
 * reason, and it is told when it is over, so that it can close what it opened. Thread-safe.
 */
final class Attempt {

  private final Future<Void> over;
  private volatile Function<Duration, RuntimeException> late =
      timeout -> new ProbeFailure("no answer within " + timeout.toMillis() + " ms");

  Attempt(Future<Void> over) {
    this.over = over;
  }

  /**
   * Completes when the result is settled, also by a timeout or a stop: the look then closes what is
   * open.
   */
  Future<Void> over() {
    return over;
  }

  /**
   * Says what the look waits for from here on.
   *
   * @param reason the reason of the failure by a timeout, to which the time is added
   */
  void waitsFor(String reason) {
    late = timeout -> new ProbeFailure(reason + " within " + timeout.toMillis() + " ms");
  }

  /**
   * Says what the look waits for from here on.
   *
   * @param reason makes the failure, or the {@link NoVerdict}, of a timeout
   */
  void waitsFor(Function<Duration, RuntimeException> reason) {
    late = reason;
  }

  /** Makes the failure of a timeout. */
  RuntimeException late(Duration timeout) {
    return late.apply(timeout);
  }
}

package io.servicegroup.heartbeat.probe;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.function.Function;

/**
 * One look at a service while it lasts: it says what it waits for, so that whoever ends it for want
 * of time can say that, and it is told when it is over. Thread-safe.
 */
final class Attempt {

  private final Future<Void> over;
  private volatile Function<Duration, RuntimeException> late =
      timeout -> new ProbeFailure("no answer within " + timeout.toMillis() + " ms");

  Attempt(Future<Void> over) {
    this.over = over;
  }

  /**
   * Completes when the result is settled, also by a timeout or a stop: what is open then closes.
   */
  Future<Void> over() {
    return over;
  }

  /**
   * Says what the look waits for from here on.
   *
   * @param reason of the failure, where the time ends before it came; without the time
   */
  void waitsFor(String reason) {
    late = timeout -> new ProbeFailure(reason + " within " + timeout.toMillis() + " ms");
  }

  /**
   * Says what the look waits for from here on.
   *
   * @param reason makes the failure, or the {@link NoVerdict}, where the time ends before it came
   */
  void waitsFor(Function<Duration, RuntimeException> reason) {
    late = reason;
  }

  /** What the end of the time means. */
  RuntimeException late(Duration timeout) {
    return late.apply(timeout);
  }
}

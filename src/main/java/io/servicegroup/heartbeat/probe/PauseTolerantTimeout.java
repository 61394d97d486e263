package io.servicegroup.heartbeat.probe;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * A timeout that a pause of this process does not use up. After a SIGSTOP or a long garbage
 * collection every timer is overdue and fires before the answers that arrived meanwhile are read; a
 * timer that fires much too late therefore proves nothing about the other side, and the whole
 * timeout begins again.
 */
final class PauseTolerantTimeout {

  private static final long MIN_LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Vertx vertx;
  private final Duration timeout;
  private final Supplier<? extends Throwable> late;
  private final LongSupplier nanoTime;
  private final Promise<Void> over = Promise.promise();
  private long due;
  private long timer;

  private PauseTolerantTimeout(
      Vertx vertx, Duration timeout, Supplier<? extends Throwable> late, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.timeout = timeout;
    this.late = late;
    this.nanoTime = nanoTime;
  }

  /**
   * Waits for an answer.
   *
   * @param answer what is waited for
   * @return the answer, or a {@link TimeoutException}
   */
  static <T> Future<T> await(Vertx vertx, Duration timeout, Future<T> answer) {
    return await(vertx, timeout, System::nanoTime, answer);
  }

  /**
   * Waits for an answer.
   *
   * @param late makes the failure where the timeout has passed
   * @param answer what is waited for
   * @return the answer, or that failure
   */
  static <T> Future<T> await(
      Vertx vertx, Duration timeout, Supplier<? extends Throwable> late, Future<T> answer) {
    return await(vertx, timeout, late, System::nanoTime, answer);
  }

  static <T> Future<T> await(
      Vertx vertx, Duration timeout, LongSupplier nanoTime, Future<T> answer) {
    return await(
        vertx,
        timeout,
        () -> new TimeoutException("no answer within " + timeout.toMillis() + " ms"),
        nanoTime,
        answer);
  }

  private static <T> Future<T> await(
      Vertx vertx,
      Duration timeout,
      Supplier<? extends Throwable> late,
      LongSupplier nanoTime,
      Future<T> answer) {
    if (answer.isComplete()) {
      return answer;
    }
    PauseTolerantTimeout waiting = new PauseTolerantTimeout(vertx, timeout, late, nanoTime);
    waiting.arm();
    Promise<T> first = Promise.promise();
    waiting.over.future().onFailure(first::tryFail);
    answer.onComplete(
        result -> {
          vertx.cancelTimer(waiting.timer);
          if (result.succeeded()) {
            first.tryComplete(result.result());
          } else {
            first.tryFail(result.cause());
          }
        });
    return first.future();
  }

  private void arm() {
    due = nanoTime.getAsLong() + timeout.toNanos();
    timer = vertx.setTimer(Math.max(1, timeout.toMillis()), id -> fire());
  }

  private void fire() {
    if (isLate()) {
      arm();
    } else {
      over.fail(late.get());
    }
  }

  private boolean isLate() {
    long lateNanos = nanoTime.getAsLong() - due;
    return lateNanos > Math.max(timeout.toNanos() / 2, MIN_LATE_NANOS);
  }
}

package io.servicegroup.liveness;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A hedged call: a second attempt is made beside the first where that one has no answer after a
 * while. The first answer counts. The call has failed when an attempt failed and no other is under
 * way. There are never more than two attempts at a time; a second one that failed while the first
 * still waits is repeated after the same delay.
 */
final class HedgedCall<T> {

  private static final int MOST = 2;

  private final Vertx vertx;
  private final long afterMillis;
  private final Supplier<Future<T>> attempt;
  private final Runnable late;
  private final Promise<T> result = Promise.promise();
  private int underWay;
  private long timer = -1;
  private long bound = -1;

  private HedgedCall(Vertx vertx, long afterMillis, Supplier<Future<T>> attempt, Runnable late) {
    this.vertx = vertx;
    this.afterMillis = Math.max(1, afterMillis);
    this.attempt = attempt;
    this.late = late;
  }

  /**
   * Begins the call.
   *
   * @param vertx whose timers are used
   * @param afterMillis the time without an answer after which another attempt is made
   * @param boundMillis the time after which the call has failed and no further attempt is made
   * @param attempt makes one attempt; may throw
   * @param late called whenever {@code afterMillis} passed without an answer
   * @return the first answer
   */
  static <T> Future<T> run(
      Vertx vertx, long afterMillis, long boundMillis, Supplier<Future<T>> attempt, Runnable late) {
    HedgedCall<T> call = new HedgedCall<>(vertx, afterMillis, attempt, late);
    call.start();
    call.waitOn();
    if (!call.result.future().isComplete()) {
      call.endAfter(boundMillis);
    }
    return call.result.future().onComplete(done -> call.cancelTimers());
  }

  private void endAfter(long boundMillis) {
    bound =
        vertx.setTimer(
            boundMillis,
            passed ->
                result.tryFail(new TimeoutException("no answer within " + boundMillis + " ms")));
  }

  private void cancelTimers() {
    vertx.cancelTimer(timer);
    vertx.cancelTimer(bound);
  }

  private void start() {
    underWay++;
    Future<T> started;
    try {
      started = attempt.get();
    } catch (Throwable e) { // an Error too: the caller must not wait for an answer that never comes
      started = Future.failedFuture(e);
    }
    started.onComplete(this::ended);
  }

  private void ended(AsyncResult<T> answer) {
    underWay--;
    if (answer.succeeded()) {
      result.tryComplete(answer.result());
    } else if (underWay == 0) {
      result.tryFail(answer.cause());
    }
  }

  private void waitOn() {
    if (result.future().isComplete()) {
      return;
    }
    timer =
        vertx.setTimer(
            afterMillis,
            passed -> {
              if (!result.future().isComplete()) {
                late.run();
                if (underWay < MOST) {
                  start();
                }
                waitOn();
              }
            });
  }
}

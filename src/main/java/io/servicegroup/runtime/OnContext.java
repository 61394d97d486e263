package io.servicegroup.runtime;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.NoStackTraceTimeoutException;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Moves futures to the caller's context. A composed future may have no context: its timeout then
 * fires on one of Netty's threads, where handlers must not change the state of the caller's
 * context.
 */
public final class OnContext {

  private OnContext() {}

  /**
   * Moves a future to the caller's context.
   *
   * @param vertx of the context; the caller is on it
   * @param work may complete on any thread
   * @param <T> the type of the result
   * @return completes as the work does, on the context
   */
  public static <T> Future<T> of(Vertx vertx, Future<T> work) {
    Promise<T> ended = ((ContextInternal) vertx.getOrCreateContext()).promise();
    work.onComplete(ended);
    return ended.future();
  }

  /**
   * Moves a future to the caller's context and bounds it.
   *
   * @param vertx of the context; the caller is on it
   * @param millis how long the work may take
   * @param work may complete on any thread, or never
   * @param <T> the type of the result
   * @return completes as the work does, or fails with a {@link TimeoutException}, on the context
   */
  public static <T> Future<T> within(Vertx vertx, long millis, Future<T> work) {
    return of(vertx, work)
        .timeout(Math.max(1, millis), TimeUnit.MILLISECONDS)
        .recover(failure -> Future.failedFuture(late(failure, millis)));
  }

  /** Replaces Vert.x's message, which names its timer, by one that says how long was waited. */
  private static Throwable late(Throwable failure, long millis) {
    return failure instanceof NoStackTraceTimeoutException
        ? new TimeoutException("no answer within " + millis + " ms")
        : failure;
  }
}

package io.servicegroup.runtime;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.impl.NoStackTraceTimeoutException;
import io.vertx.core.internal.ContextInternal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Futures that end on the context of whoever waits for them. A composed one need not know any
 * context: the bound of such a one ends it on a thread of Netty's own, beside the context whose
 * state its handlers change.
 */
public final class OnContext {

  private OnContext() {}

  /**
   * Hands over.
   *
   * @param vertx to be called on the context that the result is to end on
   * @param work may end on any thread
   * @param <T> what it ends with
   * @return ends as the work does, on the context
   */
  public static <T> Future<T> of(Vertx vertx, Future<T> work) {
    Promise<T> ended = ((ContextInternal) vertx.getOrCreateContext()).promise();
    work.onComplete(ended);
    return ended.future();
  }

  /**
   * Hands over what came in time.
   *
   * @param vertx to be called on the context that the result is to end on
   * @param millis how long it may take
   * @param work may end on any thread, or never
   * @param <T> what it ends with
   * @return ends as the work does, or fails with a {@link TimeoutException}, on the context
   */
  public static <T> Future<T> within(Vertx vertx, long millis, Future<T> work) {
    return of(vertx, work)
        .timeout(Math.max(1, millis), TimeUnit.MILLISECONDS)
        .recover(failure -> Future.failedFuture(late(failure, millis)));
  }

  /** Vert.x speaks of its timer; whoever reads the log asks for how long nobody answered. */
  private static Throwable late(Throwable failure, long millis) {
    return failure instanceof NoStackTraceTimeoutException
        ? new TimeoutException("no answer within " + millis + " ms")
        : failure;
  }
}

package io.servicegroup.heartbeat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * Puts changes that come together into one message: the first is told at once, those that follow
 * within {@value #GAP_MILLIS} ms are told together. Each message holds the full state, so a
 * thousand services that fail together must not make a thousand messages of a thousand members.
 */
final class News {

  static final long GAP_MILLIS = 10;

  private final Vertx vertx;
  private final Runnable tell;
  private Promise<Void> pending;
  private long timer;
  private long toldAt = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(GAP_MILLIS);
  private boolean closed;

  /**
   * Prepares.
   *
   * @param tell sends a message, and calls {@link #told()}
   */
  News(Vertx vertx, Runnable tell) {
    this.vertx = vertx;
    this.tell = tell;
  }

  /**
   * There is something to tell.
   *
   * @return completes when it was told, or when nothing will be told any more; never fails
   */
  Future<Void> flush() {
    if (closed) {
      return Future.succeededFuture();
    }
    if (pending == null) {
      pending = Promise.promise();
      long sinceMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - toldAt);
      timer = vertx.setTimer(Math.max(1, GAP_MILLIS - sinceMillis), id -> tell.run());
    }
    return pending.future();
  }

  /** A message was sent, for whatever cause. */
  void told() {
    toldAt = System.nanoTime();
    settle();
  }

  /** Nothing will be told any more. */
  void close() {
    closed = true;
    settle();
  }

  private void settle() {
    if (pending != null) {
      vertx.cancelTimer(timer);
      Promise<Void> told = pending;
      pending = null;
      told.complete();
    }
  }
}

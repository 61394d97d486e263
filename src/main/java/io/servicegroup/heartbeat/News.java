package io.servicegroup.heartbeat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;

/**
 * Puts changes that come together into one message: the first is published at once, those that
 * follow within {@value #GAP_MILLIS} ms are published together. Each message contains the full
 * state, so a thousand services that fail together must not cause a thousand messages of a thousand
 * members each.
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
   * Makes an object without a pending message.
   *
   * @param tell sends a message, and calls {@link #told()}
   */
  News(Vertx vertx, Runnable tell) {
    this.vertx = vertx;
    this.tell = tell;
  }

  /**
   * Requests a message.
   *
   * @return completes when it was sent, or when no more are sent; never fails
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

  /** A message was sent, for this or another cause. */
  void told() {
    toldAt = System.nanoTime();
    settle();
  }

  /** No more messages are sent. */
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

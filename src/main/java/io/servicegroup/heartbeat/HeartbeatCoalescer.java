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
final class HeartbeatCoalescer {

  static final long GAP_MILLIS = 10;

  private final Vertx vertx;
  private final Runnable send;
  private Promise<Void> pending;
  private long timer;
  private long sentAt = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(GAP_MILLIS);
  private boolean closed;

  /**
   * Makes an object without a pending message.
   *
   * @param send sends a message, and calls {@link #sent()}
   */
  HeartbeatCoalescer(Vertx vertx, Runnable send) {
    this.vertx = vertx;
    this.send = send;
  }

  /**
   * Requests a message.
   *
   * @return completes when it was sent, or when no more are sent; never fails
   */
  Future<Void> request() {
    if (closed) {
      return Future.succeededFuture();
    }
    if (pending == null) {
      pending = Promise.promise();
      long sinceMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sentAt);
      timer = vertx.setTimer(Math.max(1, GAP_MILLIS - sinceMillis), id -> send.run());
    }
    return pending.future();
  }

  /** A message was sent, for this or another cause. */
  void sent() {
    sentAt = System.nanoTime();
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
      Promise<Void> sent = pending;
      pending = null;
      sent.complete();
    }
  }
}

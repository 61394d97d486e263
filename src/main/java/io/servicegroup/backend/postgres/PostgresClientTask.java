package io.servicegroup.backend.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.Function;

/** Something to be done on a connection, within its time. Used on its client's context. */
final class PostgresClientTask<T> {

  private final Vertx vertx;
  private final Duration bound;
  private final Function<SqlConnection, Future<T>> work;
  private final Promise<T> result = Promise.promise();
  private final long endNanos;
  private Runnable whenFinished = () -> {};
  private PostgresConnection connection;
  private AsyncResult<T> outcome;
  private long timer;

  PostgresClientTask(Vertx vertx, Duration bound, Function<SqlConnection, Future<T>> work) {
    this.vertx = vertx;
    this.bound = bound;
    this.work = work;
    this.endNanos = System.nanoTime() + bound.toNanos();
  }

  Future<T> result() {
    return result.future();
  }

  Duration bound() {
    return bound;
  }

  boolean endsBefore(long nanos) {
    return endNanos - nanos < 0;
  }

  /** The connection that it runs on; null while it waits for one. */
  PostgresConnection connection() {
    return connection;
  }

  /** Its time runs. */
  void begin(Runnable finished, Runnable late) {
    whenFinished = finished;
    timer = vertx.setTimer(Math.max(1, bound.toMillis()), id -> late.run());
  }

  void startOn(PostgresConnection free) {
    connection = free;
    Future<T> running;
    try {
      running = work.apply(free.driver());
    } catch (RuntimeException e) {
      running = Future.failedFuture(e);
    }
    running.onComplete(
        ended -> {
          outcome = ended;
          whenFinished.run();
        });
  }

  /** Whether it was in time. */
  boolean end() {
    return vertx.cancelTimer(timer);
  }

  /** Why the work failed; null where it did not. */
  Throwable failure() {
    return outcome.cause();
  }

  /** Tells what the work came to. */
  void answer() {
    if (outcome.succeeded()) {
      result.complete(outcome.result());
    } else {
      result.fail(outcome.cause());
    }
  }

  /** Ends it without the work, or before it. */
  void fail(Throwable cause) {
    vertx.cancelTimer(timer);
    result.tryFail(cause);
  }
}

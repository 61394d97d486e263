package io.servicegroup.backend.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.Function;

/** One work on a connection, with its bound. Used on its client's context. */
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

  /** The connection on which it runs; null while it waits for one. */
  PostgresConnection connection() {
    return connection;
  }

  /** Starts the bound. */
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

  /** Ends the bound; whether the work was in time. */
  boolean end() {
    return vertx.cancelTimer(timer);
  }

  /** The work's failure; null where it succeeded. */
  Throwable failure() {
    return outcome.cause();
  }

  /** Completes the caller's future with the work's result. */
  void answer() {
    if (outcome.succeeded()) {
      result.complete(outcome.result());
    } else {
      result.fail(outcome.cause());
    }
  }

  /** Fails the caller's future, whether or not the work runs. */
  void fail(Throwable cause) {
    vertx.cancelTimer(timer);
    result.tryFail(cause);
  }
}

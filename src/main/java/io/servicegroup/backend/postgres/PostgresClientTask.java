package io.servicegroup.backend.postgres;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.function.Function;

/**
 * One work on a connection, with its bound. Used on its pool's context; the work runs, and its
 * result arrives, on its user's.
 */
final class PostgresClientTask<T> {

  private final Vertx vertx;
  private final PostgresUser user;
  private final Duration bound;
  private final boolean anyLimits;
  private final Function<PostgresConnection, Future<T>> work;
  private final Promise<T> result;
  private final long endNanos;
  private Runnable whenFinished = () -> {};
  private PostgresConnection connection;
  private AsyncResult<T> outcome;
  private boolean impatient;
  private boolean curtailed;
  private boolean overdue;
  private long timer;

  private PostgresClientTask(
      Vertx vertx,
      PostgresUser user,
      Duration bound,
      boolean anyLimits,
      Function<PostgresConnection, Future<T>> work) {
    this.vertx = vertx;
    this.user = user;
    this.bound = bound;
    this.anyLimits = anyLimits;
    this.work = work;
    this.result = ((ContextInternal) user.context()).promise();
    this.endNanos = System.nanoTime() + bound.toNanos();
  }

  /**
   * Creates work of a user.
   *
   * @param anyLimits whether the work may run under the limits that the session has, so that they
   *     need not be set; otherwise it runs under those of its user
   */
  static <T> PostgresClientTask<T> of(
      Vertx vertx,
      PostgresUser user,
      Duration bound,
      boolean anyLimits,
      Function<SqlConnection, Future<T>> work) {
    return new PostgresClientTask<>(
        vertx,
        user,
        bound,
        anyLimits,
        connection -> onUserContext(user.context(), connection, work));
  }

  /** Creates work that needs the connection itself; it runs on the pool's context. */
  static <T> PostgresClientTask<T> ofConnection(
      Vertx vertx,
      PostgresUser user,
      Duration bound,
      Function<PostgresConnection, Future<T>> work) {
    return new PostgresClientTask<>(vertx, user, bound, true, work);
  }

  private static <T> Future<T> onUserContext(
      Context context, PostgresConnection connection, Function<SqlConnection, Future<T>> work) {
    SqlConnection session = connection.session(context);
    Promise<T> done = Promise.promise();
    context.runOnContext(
        nothing -> {
          try {
            work.apply(session).onComplete(done);
          } catch (RuntimeException e) {
            done.fail(e);
          }
        });
    return done.future();
  }

  Future<T> result() {
    return result.future();
  }

  PostgresUser user() {
    return user;
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

  /** Whether it has waited for so long that another connection is worth its price. */
  boolean isImpatient() {
    return impatient;
  }

  void impatient() {
    impatient = true;
  }

  /** Whether it ran under shorter limits than its user's. */
  boolean isCurtailed() {
    return curtailed;
  }

  /** Starts the bound. */
  void begin(Runnable finished, Runnable late) {
    whenFinished = finished;
    timer = vertx.setTimer(Math.max(1, bound.toMillis()), id -> late.run());
  }

  void startOn(PostgresConnection free) {
    connection = free;
    free.use(anyLimits ? null : user.limits());
    curtailed = free.limits().isShorterThan(user.limits());
    Future<T> running;
    try {
      running = work.apply(free);
    } catch (RuntimeException e) {
      running = Future.failedFuture(e);
    }
    running.onComplete(
        ended -> {
          outcome = ended;
          whenFinished.run();
        });
  }

  /** How much longer its statements may run than its caller waits. */
  Duration rest() {
    Duration rest = Duration.ofMillis(user.limits().statementMillis()).minus(bound);
    return rest.isNegative() ? Duration.ZERO : rest;
  }

  /**
   * Starts another bound, of the connection alone: the caller waits no longer.
   *
   * @param givenUp called where the work has not ended by then either
   */
  void overdue(Duration rest, Runnable givenUp) {
    overdue = true;
    timer = vertx.setTimer(rest.toMillis(), id -> givenUp.run());
  }

  /** Whether it runs on although its caller waits no longer. */
  boolean isOverdue() {
    return overdue;
  }

  /** Ends the bound; whether the work was in time. */
  boolean end() {
    return vertx.cancelTimer(timer);
  }

  /** The work's failure; null where it succeeded. */
  Throwable failure() {
    return outcome.cause();
  }

  /** Completes the caller's future with the work's result, where the caller still waits. */
  void answer() {
    if (outcome.succeeded()) {
      result.tryComplete(outcome.result());
    } else {
      result.tryFail(outcome.cause());
    }
  }

  /** Fails the caller's future, whether or not the work runs. */
  void fail(Throwable cause) {
    vertx.cancelTimer(timer);
    result.tryFail(cause);
  }
}

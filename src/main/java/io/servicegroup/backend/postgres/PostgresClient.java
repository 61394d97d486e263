package io.servicegroup.backend.postgres;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Runs one kind of work on connections to the primary of a PostgreSQL deployment, and bounds it.
 * Work that runs out of time fails, is cancelled on the server, and its connection is closed (the
 * driver's own pool would keep it for as long as the server hangs). The clients of a {@link
 * PostgresPlace} share its connections; there work whose statements may take longer than its caller
 * waits holds the one connection that is kept for as long as the statements may take.
 *
 * <p>May be called on any thread; futures complete, and work runs, on the context on which the
 * client was created.
 */
final class PostgresClient {

  private final Vertx vertx;
  private final Duration timeout;
  private final PostgresPlace place;
  private final Supplier<Future<Void>> release;
  private final PostgresUser user;
  private boolean closed;

  private PostgresClient(
      Vertx vertx,
      PostgresPlace place,
      Supplier<Future<Void>> release,
      PostgresUser user,
      Duration timeout) {
    this.vertx = vertx;
    this.place = place;
    this.release = release;
    this.user = user;
    this.timeout = timeout;
  }

  /**
   * Creates a client with connections of its own, which connects when it gets work.
   *
   * @param vertx for timers and sockets
   * @param uri the servers and how to connect to them
   * @param maxConnections the most connections at a time
   * @param timeout the bound of each {@link #run}, including the wait for a connection
   * @return the client
   * @throws IllegalArgumentException where an option has an invalid value; the message is a
   *     sentence
   */
  public static PostgresClient create(
      Vertx vertx, BackendUri uri, int maxConnections, Duration timeout) {
    PostgresPlace place = PostgresPlace.separate(vertx, uri);
    PostgresLimits limits = PostgresLimits.of(timeout, timeout);
    return new PostgresClient(
        vertx, place, place::close, user(vertx, limits, maxConnections, false), timeout);
  }

  /**
   * Creates a client that shares the connections of all clients of this URI.
   *
   * @param vertx for timers and sockets; clients of the same one share
   * @param uri the servers and how to connect to them
   * @param most how much of its work may run at a time, each on a connection
   * @param timeout the bound of each {@link #run}, including the wait for a connection
   * @param statementTimeout the bound of a statement on the server
   * @return the client
   * @throws IllegalArgumentException where an option has an invalid value; the message is a
   *     sentence
   */
  static PostgresClient shared(
      Vertx vertx, BackendUri uri, int most, Duration timeout, Duration statementTimeout) {
    return shared(vertx, uri, most, timeout, statementTimeout, false);
  }

  /** As {@link #shared}, for one work at a time, which gets a new connection each time. */
  static PostgresClient fresh(
      Vertx vertx, BackendUri uri, Duration timeout, Duration statementTimeout) {
    return shared(vertx, uri, 1, timeout, statementTimeout, true);
  }

  private static PostgresClient shared(
      Vertx vertx,
      BackendUri uri,
      int most,
      Duration timeout,
      Duration statementTimeout,
      boolean fresh) {
    PostgresPlace.Share share = PostgresPlace.shared(vertx, uri);
    PostgresLimits limits = PostgresLimits.of(statementTimeout, timeout);
    return new PostgresClient(
        vertx, share.place(), share::release, user(vertx, limits, most, fresh), timeout);
  }

  private static PostgresUser user(Vertx vertx, PostgresLimits limits, int most, boolean fresh) {
    return new PostgresUser(vertx.getOrCreateContext(), limits, most, fresh);
  }

  /**
   * Sets the pause between attempts to connect, of all clients that share connections; the first
   * that connects ends it for all.
   */
  PostgresClient withPause(ReconnectPause pause) {
    place.onContext(() -> place.pool().withPause(pause));
    return this;
  }

  /**
   * Runs work on a connection to the primary, which no other work uses meanwhile. A connection
   * whose work leaves a transaction open is closed, which rolls the transaction back.
   *
   * @param work runs its statements on the connection; it bounds them itself only where they need a
   *     shorter bound
   * @return the work's result; fails where no primary can be reached or the time runs out
   */
  public <T> Future<T> run(Function<SqlConnection, Future<T>> work) {
    return run(timeout, work);
  }

  /** As {@link #run(Function)}, with the caller's own bound. */
  <T> Future<T> run(Duration bound, Function<SqlConnection, Future<T>> work) {
    return run(PostgresClientTask.of(vertx, user, bound, false, work));
  }

  private <T> Future<T> run(PostgresClientTask<T> task) {
    place.onContext(() -> place.pool().add(task));
    return task.result();
  }

  /**
   * Runs one prepared statement, as {@link #once}.
   *
   * @param sql with parameters {@code $1}…
   * @param args the parameters
   * @return the rows; fails as {@link #run} does
   */
  public Future<RowSet<Row>> query(String sql, Tuple args) {
    return once(connection -> connection.preparedQuery(sql).execute(args));
  }

  /**
   * Runs work of one statement under the limits that the connection has; where these end it early,
   * it is repeated under its own.
   *
   * @param work runs the statement
   * @return the work's result; fails as {@link #run} does
   */
  <T> Future<T> once(Function<SqlConnection, Future<T>> work) {
    PostgresClientTask<T> first = PostgresClientTask.of(vertx, user, timeout, true, work);
    return run(first)
        .recover(
            failure ->
                first.isCurtailed() && PostgresErrors.isEndedByLimit(failure)
                    ? run(work)
                    : Future.failedFuture(failure));
  }

  /**
   * Listens on the channel {@code servicegroup} until {@link #close}, through every loss of the
   * connection. To be called once.
   *
   * @param payload receives each payload, on the context of this client, and {@code resync} each
   *     time when notifications may have been missed
   * @return whether notifications arrive at first (a pooler swallows them silently); never fails.
   *     {@link #isListening()} tells the present state
   */
  public Future<Boolean> listen(Consumer<String> payload) {
    return OnContext.of(vertx, place.listen(user, payload));
  }

  /**
   * Has all that listen in this agent look again, because something is not there that should be: a
   * table that was emptied under open connections announces nothing.
   */
  void suspectLoss() {
    place.onContext(place::suspectLoss);
  }

  /**
   * Notes that this agent reads what the rows of {@code services} say of their members, so that
   * changes that nobody announces are found.
   *
   * @param changed what is found; told to all that listen in this agent
   * @param validity for how long changes are found if this is not called again
   */
  void sawWords(Optional<MemberNews> changed, Duration validity) {
    place.onContext(() -> place.sawWords(changed, validity));
  }

  /** Whether this agent finds the changes that nobody announces. */
  boolean seesWords() {
    return place.seesWords();
  }

  /**
   * Closes the connections on which this client's work runs, which fails it; further work gets
   * other connections.
   */
  void abandon() {
    place.onContext(() -> place.pool().abandon(user));
  }

  /**
   * Whether notifications arrive at present.
   *
   * @return also false where {@link #listen} was not called
   */
  public boolean isListening() {
    return place.isListening();
  }

  /**
   * Takes no more work, and closes the connections where nobody else uses them.
   *
   * @return completes within a second; never fails
   */
  public Future<Void> close() {
    if (closed) {
      return Future.succeededFuture();
    }
    closed = true;
    place.leave(user);
    return OnContext.of(vertx, release.get());
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Keeps a few connections to the primary of a PostgreSQL deployment and bounds all work on them.
 * Work that runs out of time fails, is cancelled on the server, and its connection is closed (the
 * driver's own pool would keep it for as long as the server hangs).
 *
 * <p>May be called on any thread; futures complete, and work runs, on the context on which the
 * client was created.
 */
final class PostgresClient {

  private final Vertx vertx;
  private final Context context;
  private final Duration timeout;
  private final PostgresNotifications listener;
  private final PostgresPool pool;

  private PostgresClient(
      Vertx vertx, PostgresClientOptions options, int maxConnections, Duration timeout) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.timeout = timeout;
    PostgresConnector connector = new PostgresConnector(vertx, context, options.servers(), timeout);
    this.listener =
        new PostgresNotifications(
            vertx,
            context,
            options.sessionServers(),
            timeout,
            payload -> query("SELECT pg_notify('servicegroup', $1)", Tuple.of(payload)));
    this.pool =
        new PostgresPool(vertx, this::onContext, connector, maxConnections, listener::distrust);
  }

  /**
   * Creates a client, which connects when it gets work.
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
    return create(vertx, uri, maxConnections, timeout, timeout);
  }

  /**
   * As {@link #create(Vertx, BackendUri, int, Duration)}, with a separate bound for a statement on
   * the server.
   */
  static PostgresClient create(
      Vertx vertx,
      BackendUri uri,
      int maxConnections,
      Duration timeout,
      Duration statementTimeout) {
    return new PostgresClient(
        vertx,
        new PostgresClientOptions(uri, statementTimeout, shorter(timeout, statementTimeout)),
        maxConnections,
        timeout);
  }

  /**
   * Shares the pause between attempts to connect with other clients; the first that connects ends
   * it for all.
   */
  PostgresClient withPause(ReconnectPause shared) {
    pool.withPause(shared);
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
    PostgresClientTask<T> task = new PostgresClientTask<>(vertx, bound, work);
    onContext(() -> pool.add(task));
    return task.result();
  }

  /**
   * Runs one prepared statement.
   *
   * @param sql with parameters {@code $1}…
   * @param args the parameters
   * @return the rows; fails as {@link #run} does
   */
  public Future<RowSet<Row>> query(String sql, Tuple args) {
    return run(connection -> connection.preparedQuery(sql).execute(args));
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
    return listener.start(payload);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /**
   * Closes the connections on which work runs, which fails it; further work gets new connections.
   */
  void abandon() {
    onContext(pool::abandon);
  }

  /**
   * Whether notifications arrive at present.
   *
   * @return also false where {@link #listen} was not called
   */
  public boolean isListening() {
    return listener.isListening();
  }

  /**
   * Closes all connections.
   *
   * @return completes within a second; never fails
   */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    onContext(
        () ->
            Future.join(pool.close(), listener.stop())
                .<Void>mapEmpty()
                .otherwiseEmpty()
                .onComplete(done));
    return done.future();
  }

  private void onContext(Runnable work) {
    if (Vertx.currentContext() == context) {
      work.run();
    } else {
      context.runOnContext(nothing -> work.run());
    }
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.Rest;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
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
  private final int maxConnections;
  private final Duration timeout;
  private final PostgresConnector connector;
  private final PostgresNotifications listener;
  private final Deque<PostgresConnection> idle = new ArrayDeque<>();
  private final Set<PostgresConnection> connections = new HashSet<>();
  private final Deque<PostgresClientTask<?>> waiting = new ArrayDeque<>();
  private Rest rest = Rest.upTo(Duration.ofSeconds(1));
  private int opening;
  private boolean closed;

  private PostgresClient(
      Vertx vertx, PostgresClientOptions options, int maxConnections, Duration timeout) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.maxConnections = maxConnections;
    this.timeout = timeout;
    this.connector = new PostgresConnector(vertx, context, options.servers(), timeout);
    this.listener =
        new PostgresNotifications(
            vertx,
            context,
            options.sessionServers(),
            timeout,
            payload -> query("SELECT pg_notify('servicegroup', $1)", Tuple.of(payload)));
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
  PostgresClient resting(Rest shared) {
    rest = shared;
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
    onContext(
        () -> {
          if (closed) {
            task.fail(closed());
            return;
          }
          task.begin(() -> onContext(() -> finished(task)), () -> late(task));
          waiting.add(task);
          serve();
        });
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
    onContext(
        () ->
            List.copyOf(connections).stream()
                .filter(connection -> !idle.contains(connection))
                .forEach(PostgresConnection::abort));
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
        () -> {
          closed = true;
          List<PostgresClientTask<?>> given = new ArrayList<>(waiting);
          waiting.clear();
          given.forEach(task -> task.fail(closed()));
          List<Future<Void>> closing = new ArrayList<>();
          closing.add(listener.stop());
          connections.forEach(connection -> closing.add(connection.close()));
          connections.clear();
          idle.clear();
          Future.join(closing).<Void>mapEmpty().otherwiseEmpty().onComplete(done);
        });
    return done.future();
  }

  private Throwable closed() {
    return new VertxException(connector.description() + ": the connection was closed", true);
  }

  private void onContext(Runnable work) {
    if (Vertx.currentContext() == context) {
      work.run();
    } else {
      context.runOnContext(nothing -> work.run());
    }
  }

  private void serve() {
    while (!waiting.isEmpty() && !idle.isEmpty()) {
      waiting.poll().startOn(idle.pop());
    }
    if (waiting.isEmpty()) {
      return;
    }
    Duration left = rest.left();
    if (!left.isZero()) {
      wakeAfter(left);
      return;
    }
    // After a failed attempt a single connection is tried, and all waiting work shares its result.
    int most = rest.why() == null ? maxConnections : 1;
    while (opening < waiting.size() && connections.size() + opening < most) {
      open();
    }
  }

  /**
   * Waits for the pause between attempts to end. Work whose bound ends sooner fails with the reason
   * of the last failure.
   */
  private void wakeAfter(Duration left) {
    if (connections.isEmpty() && opening == 0) {
      long until = System.nanoTime() + left.toNanos();
      List<PostgresClientTask<?>> late =
          waiting.stream().filter(task -> task.endsBefore(until)).toList();
      waiting.removeAll(late);
      late.forEach(task -> task.fail(rest.why()));
    }
    vertx.setTimer(left.toMillis() + 1, id -> serve());
  }

  private void open() {
    opening++;
    connector.connect().onComplete(result -> onContext(() -> opened(result)));
  }

  private void opened(AsyncResult<PostgresConnection> result) {
    opening--;
    if (result.succeeded() && closed) {
      result.result().close();
    } else if (result.succeeded()) {
      PostgresConnection connection = result.result();
      connections.add(connection);
      connection.onClosed(() -> onContext(() -> lost(connection)));
      idle.push(connection);
    } else {
      rest.failed(result.cause());
      PostgresClientTask<?> first = waiting.poll();
      if (first != null) {
        first.fail(result.cause());
      }
    }
    serve();
  }

  /**
   * Handles a connection that the server closed. A pause comes before the next attempt, because a
   * server that restarts closes the connections of all agents at once.
   */
  private void lost(PostgresConnection connection) {
    if (connections.contains(connection) && !closed) {
      rest.failed(closed());
    }
    forget(connection);
  }

  private void forget(PostgresConnection connection) {
    connections.remove(connection);
    idle.remove(connection);
    if (!closed) {
      serve();
    }
  }

  private void finished(PostgresClientTask<?> task) {
    if (!task.end()) {
      return; // the task ran out of time before
    }
    PostgresConnection connection = task.connection();
    if (!connection.isClosed()) {
      rest.succeeded();
    }
    if (!closed) {
      release(connection, task.failure());
    }
    task.answer();
  }

  private void late(PostgresClientTask<?> task) {
    TimeoutException late =
        new TimeoutException(
            connector.description() + ": no answer within " + task.bound().toMillis() + " ms");
    PostgresConnection connection = task.connection();
    if (connection == null) {
      waiting.remove(task);
      task.fail(rest.why() == null ? late : rest.why());
      return;
    }
    connector.distrust(connection.server());
    rest.late(late);
    connection.abort();
    forget(connection);
    task.fail(late);
  }

  /** Makes all connections leave a server that one of them found not to be the primary. */
  private void distrust(String server) {
    connector.distrust(server);
    listener.distrust(server);
    List.copyOf(idle).stream()
        .filter(connection -> connection.server().equals(server))
        .forEach(
            connection -> {
              forget(connection);
              connection.close();
            });
  }

  private void release(PostgresConnection connection, Throwable failure) {
    boolean readOnly = PostgresErrors.isReadOnly(failure);
    if (readOnly) {
      distrust(connection.server());
    }
    if (readOnly || connection.driver().transaction() != null) {
      connection.close();
    }
    if (connection.isClosed()) {
      forget(connection);
    } else {
      idle.push(connection);
      serve();
    }
  }
}

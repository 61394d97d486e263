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
 * A few connections to the primary of a PostgreSQL deployment. Everything is bounded: whatever runs
 * out of time fails, is cancelled on the server, and its connection is closed and not used again (a
 * pool of the driver would keep it for as long as the server hangs).
 *
 * <p>May be called from anywhere; futures complete, and work runs, on the context that created it.
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
   * Creates a client. Connects when there is something to do.
   *
   * @param vertx whose timers and sockets
   * @param uri where the servers are, and how to reach them
   * @param maxConnections at most so many connections at a time
   * @param timeout for each {@link #run} as a whole, the wait for a connection included
   * @return the client
   * @throws IllegalArgumentException with a sentence where an option has no such value
   */
  public static PostgresClient create(
      Vertx vertx, BackendUri uri, int maxConnections, Duration timeout) {
    return create(vertx, uri, maxConnections, timeout, timeout);
  }

  /**
   * As {@link #create(Vertx, BackendUri, int, Duration)}, where a statement may take another time
   * on the server than it may with the way to it.
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

  /** Rests between attempts to connect together with others, of whom one may get through. */
  PostgresClient resting(Rest shared) {
    rest = shared;
    return this;
  }

  /**
   * Does something on a connection to the primary, which is its own for so long. A transaction that
   * the work leaves open is thrown away with the connection.
   *
   * @param work what to do; its statements are its own to bound only where they need a shorter
   *     bound
   * @return what the work returned; fails where no primary can be reached, or the time ran out
   */
  public <T> Future<T> run(Function<SqlConnection, Future<T>> work) {
    return run(timeout, work);
  }

  /** As {@link #run(Function)}, with a bound of its own. */
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
   * Does one prepared statement.
   *
   * @param sql with parameters {@code $1}…
   * @param args the parameters
   * @return the rows; fails as {@link #run} does
   */
  public Future<RowSet<Row>> query(String sql, Tuple args) {
    return run(connection -> connection.preparedQuery(sql).execute(args));
  }

  /**
   * Listens on the channel {@code servicegroup}, and goes on doing so through every loss of the
   * connection until {@link #close}. To be called once.
   *
   * @param payload is given every payload, on the context of this client, and {@code resync} after
   *     each time something may have been missed
   * @return whether notifications arrive (a pooler swallows them without a word); never fails. What
   *     becomes of it later, {@link #isListening()} tells
   */
  public Future<Boolean> listen(Consumer<String> payload) {
    return listener.start(payload);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Closes the connections that something runs on, which fails; others are made when needed. */
  void abandon() {
    onContext(
        () ->
            List.copyOf(connections).stream()
                .filter(connection -> !idle.contains(connection))
                .forEach(PostgresConnection::abort));
  }

  /**
   * Whether notifications arrive at present. May change with every loss of the connection.
   *
   * @return false too where {@link #listen} was not called
   */
  public boolean isListening() {
    return listener.isListening();
  }

  /**
   * Closes every connection.
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
    // After a refused connection a single attempt is made, and all that wait share its result.
    int most = rest.why() == null ? maxConnections : 1;
    while (opening < waiting.size() && connections.size() + opening < most) {
      open();
    }
  }

  /** Nobody connects meanwhile; whoever cannot wait for it is told why. */
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

  /** Somebody else ended it: a server that restarts ends those of all agents at once. */
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
      return; // it was late
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

  /** What one connection learned of its server holds for all. */
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

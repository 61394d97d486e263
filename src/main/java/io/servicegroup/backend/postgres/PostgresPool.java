package io.servicegroup.backend.postgres;

import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The connections of a client, and the work that waits for one of them. Work that runs out of time
 * fails; its connection is cancelled and closed. After a failed attempt to connect, the pool
 * pauses. Used on its client's context.
 */
final class PostgresPool {

  private final Vertx vertx;
  private final Executor onContext;
  private final PostgresConnector connector;
  private final int most;
  private final Consumer<String> distrusted;
  private final Deque<PostgresConnection> idle = new ArrayDeque<>();
  private final Set<PostgresConnection> connections = new HashSet<>();
  private final Deque<PostgresClientTask<?>> waiting = new ArrayDeque<>();
  private ReconnectPause pause = ReconnectPause.upTo(Duration.ofSeconds(1));
  private int opening;
  private boolean closed;

  /**
   * Creates an empty pool.
   *
   * @param onContext runs work on the client's context
   * @param most the most connections at a time
   * @param distrusted receives the name of a server that is no longer the primary
   */
  PostgresPool(
      Vertx vertx,
      Executor onContext,
      PostgresConnector connector,
      int most,
      Consumer<String> distrusted) {
    this.vertx = vertx;
    this.onContext = onContext;
    this.connector = connector;
    this.most = most;
    this.distrusted = distrusted;
  }

  /** Shares the pause between attempts to connect with other clients. */
  void withPause(ReconnectPause shared) {
    pause = shared;
  }

  /** Runs a task as soon as a connection is free. */
  void add(PostgresClientTask<?> task) {
    if (closed) {
      task.fail(closed());
      return;
    }
    task.begin(() -> onContext.execute(() -> finished(task)), () -> late(task));
    waiting.add(task);
    serve();
  }

  /** Closes the connections on which work runs, which fails it. */
  void abandon() {
    List.copyOf(connections).stream()
        .filter(connection -> !idle.contains(connection))
        .forEach(PostgresConnection::abort);
  }

  /** Closes all connections and fails waiting work. */
  Future<Void> close() {
    closed = true;
    List<PostgresClientTask<?>> given = new ArrayList<>(waiting);
    waiting.clear();
    given.forEach(task -> task.fail(closed()));
    List<Future<Void>> closing = connections.stream().map(PostgresConnection::close).toList();
    connections.clear();
    idle.clear();
    return Future.join(closing).mapEmpty();
  }

  private Throwable closed() {
    return new VertxException(connector.description() + ": the connection was closed", true);
  }

  private void serve() {
    while (!waiting.isEmpty() && !idle.isEmpty()) {
      waiting.poll().startOn(idle.pop());
    }
    if (waiting.isEmpty()) {
      return;
    }
    Duration left = pause.left();
    if (!left.isZero()) {
      wakeAfter(left);
      return;
    }
    // After a failed attempt a single connection is tried, and all waiting work shares its result.
    int allowed = pause.why() == null ? most : 1;
    while (opening < waiting.size() && connections.size() + opening < allowed) {
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
      late.forEach(task -> task.fail(pause.why()));
    }
    vertx.setTimer(left.toMillis() + 1, id -> serve());
  }

  private void open() {
    opening++;
    connector.connect().onComplete(result -> onContext.execute(() -> opened(result)));
  }

  private void opened(AsyncResult<PostgresConnection> result) {
    opening--;
    if (result.succeeded() && closed) {
      result.result().close();
    } else if (result.succeeded()) {
      PostgresConnection connection = result.result();
      connections.add(connection);
      connection.onClosed(() -> onContext.execute(() -> lost(connection)));
      idle.push(connection);
    } else {
      pause.failed(result.cause());
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
      pause.failed(closed());
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
      pause.succeeded();
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
      task.fail(pause.why() == null ? late : pause.why());
      return;
    }
    connector.distrust(connection.server());
    pause.late(late);
    connection.abort();
    forget(connection);
    task.fail(late);
  }

  /** Makes all connections leave a server that one of them found not to be the primary. */
  private void distrust(String server) {
    connector.distrust(server);
    distrusted.accept(server);
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

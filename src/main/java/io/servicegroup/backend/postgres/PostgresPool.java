package io.servicegroup.backend.postgres;

import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The connections to one place, and the work that waits for one of them. Usually one connection
 * serves everybody; another is opened when work has waited for a while, and closed when it was not
 * used for a while. Work that runs out of time fails; its connection is cancelled and closed,
 * unless it is the one that serves everybody and the work's statements may take longer than its
 * caller waits: on a path that has become slow, beats need the connection that there is. After a
 * failed attempt to connect, the pool pauses. Used on one context.
 */
final class PostgresPool {

  /**
   * When connections are opened and closed.
   *
   * @param patience how long work waits for the connections that there are, before another is
   *     opened
   * @param idle how long a connection is kept that nobody needs; null where none is closed
   */
  record Pace(Duration patience, Duration idle) {}

  /** Work that has little time waits for no more than this part of it. */
  private static final int PATIENT_PART = 4;

  private final Vertx vertx;
  private final Executor onContext;
  private final PostgresConnector connector;
  private final Pace pace;
  private final Consumer<String> distrusted;

  private final PostgresPoolConnections connections;
  private final PostgresPoolQueue waiting = new PostgresPoolQueue();
  private final Set<PostgresClientTask<?>> running = new HashSet<>();
  private ReconnectPause pause = ReconnectPause.upTo(Duration.ofSeconds(1));
  private int opening;
  private boolean closed;

  /**
   * Creates an empty pool.
   *
   * @param onContext runs work on the pool's context
   * @param pace when connections are opened and closed
   * @param distrusted receives the name of a server that is no longer the primary
   */
  PostgresPool(
      Vertx vertx,
      Executor onContext,
      PostgresConnector connector,
      Pace pace,
      Consumer<String> distrusted) {
    this.vertx = vertx;
    this.onContext = onContext;
    this.connector = connector;
    this.pace = pace;
    this.distrusted = distrusted;
    this.connections = new PostgresPoolConnections(vertx, pace.idle(), this::discard);
  }

  /** Sets the pause between attempts to connect. */
  void withPause(ReconnectPause shared) {
    pause = shared;
  }

  /** Runs a task as soon as a connection is free. */
  void add(PostgresClientTask<?> task) {
    if (closed || task.user().isClosed()) {
      task.fail(closed());
      return;
    }
    task.begin(() -> onContext.execute(() -> finished(task)), () -> late(task));
    waiting.add(task);
    long patience =
        Math.min(pace.patience().toMillis(), task.bound().dividedBy(PATIENT_PART).toMillis());
    if (patience <= 0 || task.user().isFresh()) {
      task.impatient();
    }
    serve();
    if (!task.isImpatient() && waiting.contains(task)) {
      vertx.setTimer(
          patience,
          waited -> {
            task.impatient();
            serve();
          });
    }
  }

  /** Closes the connections on which a user's work runs, which fails it. */
  void abandon(PostgresUser user) {
    running.stream()
        .filter(task -> task.user() == user)
        .toList()
        .forEach(task -> task.connection().abort());
  }

  /** Fails a user's waiting work and takes no more of it. What runs goes on. */
  void leave(PostgresUser user) {
    user.close();
    waiting.drop(task -> task.user() == user, closed());
  }

  /** Closes all connections and fails waiting work. */
  Future<Void> close() {
    closed = true;
    waiting.drop(task -> true, closed());
    List<Future<Void>> closing = connections.all().stream().map(PostgresConnection::close).toList();
    connections.clear();
    return Future.join(closing).mapEmpty();
  }

  /** Lets go of connections that nobody needs any more, after their time. */
  void trim() {
    connections.trim();
  }

  private Throwable closed() {
    return new VertxException(connector.description() + ": the connection was closed", true);
  }

  private void serve() {
    for (PostgresClientTask<?> task : waiting.ready()) {
      if (task.user().free() > 0) {
        connections.take().ifPresent(connection -> start(task, connection));
      }
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
    int wanted = connections.isEmpty() && waiting.mayRun() ? 1 : 0;
    wanted = Math.max(wanted, waiting.wanted());
    int atOnce = pause.why() == null ? wanted : Math.min(1, wanted);
    while (opening < atOnce) {
      open();
    }
  }

  private void start(PostgresClientTask<?> task, PostgresConnection connection) {
    waiting.remove(task);
    running.add(task);
    task.user().started();
    task.startOn(connection);
  }

  /**
   * Waits for the pause between attempts to end. Work whose bound ends sooner fails with the reason
   * of the last failure.
   */
  private void wakeAfter(Duration left) {
    if (connections.isEmpty() && opening == 0) {
      long until = System.nanoTime() + left.toNanos();
      waiting.drop(task -> task.endsBefore(until), pause.why());
    }
    vertx.setTimer(left.toMillis() + 1, id -> serve());
  }

  private void open() {
    opening++;
    PostgresLimits limits = waiting.first().orElseThrow().user().limits();
    connector
        .connect(waiting.longestBound(), limits)
        .onComplete(result -> onContext.execute(() -> opened(result)));
  }

  private void opened(AsyncResult<PostgresConnection> result) {
    opening--;
    PostgresConnection connection = result.result();
    if (connection != null && closed) {
      connection.close();
    } else if (connection != null && !connection.isClosed()) {
      connections.add(connection);
      connection.onClosed(() -> onContext.execute(() -> lost(connection)));
      waiting
          .needy()
          .ifPresentOrElse(needy -> start(needy, connection), () -> connections.rest(connection));
    } else {
      Throwable why = connection == null ? result.cause() : closed();
      pause.failed(why);
      waiting.first().ifPresent(first -> waiting.drop(first::equals, why));
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
    if (!closed) {
      serve();
    }
  }

  private void finished(PostgresClientTask<?> task) {
    if (!task.end()) {
      return; // the task ran out of time before
    }
    if (!task.isOverdue()) {
      task.user().ended();
    }
    running.remove(task);
    PostgresConnection connection = task.connection();
    if (!connection.isClosed()) {
      connection.answered();
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
    task.user().ended();
    connector.distrust(connection.server());
    task.fail(late);
    Duration rest = task.rest();
    if (rest.isZero() || !connections.isKept(connection)) {
      giveUp(task, late);
    } else {
      connection.overdue();
      task.overdue(rest, () -> giveUp(task, late));
      serve();
    }
  }

  private void giveUp(PostgresClientTask<?> task, Throwable late) {
    running.remove(task);
    pause.late(late);
    task.connection().abort();
    forget(task.connection());
  }

  /** Makes all connections leave a server that one of them found not to be the primary. */
  private void distrust(String server) {
    connector.distrust(server);
    distrusted.accept(server);
    connections.idleAt(server).forEach(this::discard);
  }

  private void discard(PostgresConnection connection) {
    forget(connection);
    connection.close();
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
      connections.rest(connection);
      serve();
    }
  }
}

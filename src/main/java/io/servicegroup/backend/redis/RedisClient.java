package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri.Host;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Keeps one connection to the master, made when it is needed, and bounds every call on it. A
 * connection on which a call ran out of time, or whose server is no longer the master, is retired:
 * it gets no new calls, and is closed when the calls under way on it have ended. Used on one
 * context.
 */
final class RedisClient {

  /** A call that had to wait for the connection has a little less than the whole time. */
  private static final int SILENT_QUARTERS = 3;

  private final RedisConnector connector;
  private final Duration timeout;
  private final Set<RedisServerConnection> retired = new HashSet<>();
  private RedisServerConnection connection;
  private Future<RedisServerConnection> connecting;
  private boolean closed;

  RedisClient(RedisConnector connector, Duration timeout) {
    this.connector = connector;
    this.timeout = timeout;
  }

  /** Runs work on the connection; fails where no connection can be made or the time runs out. */
  <T> Future<T> run(Function<RedisCall, Future<T>> work) {
    return run(timeout, work);
  }

  /** As {@link #run(Function)}, with the caller's own bound. */
  <T> Future<T> run(Duration bound, Function<RedisCall, Future<T>> work) {
    if (closed) {
      return Future.failedFuture(new VertxException("the connection to Redis was closed", true));
    }
    long started = System.nanoTime();
    return ready(bound, started).compose(open -> within(bound, started, open, work));
  }

  private <T> Future<T> within(
      Duration bound,
      long started,
      RedisServerConnection open,
      Function<RedisCall, Future<T>> work) {
    long begun = System.nanoTime();
    return RedisCall.within(bound, started, open, work)
        .onSuccess(done -> connector.pause().succeeded())
        .recover(failure -> failed(open, begun, failure));
  }

  /**
   * Judges a failed call one turn of the event loop later, because the driver fails the pending
   * answers of a connection before it reports that the connection ended.
   */
  private <T> Future<T> failed(RedisServerConnection on, long begun, Throwable failure) {
    Promise<T> told = Promise.promise();
    on.vertx()
        .runOnContext(
            turned -> {
              if (on.isClosed()) {
                connector.pause().late(failure);
              } else if (failure instanceof TimeoutException) {
                ranOutOfTime(on, begun, failure);
              } else {
                refused(on);
              }
              told.fail(failure);
            });
    return told.future();
  }

  private void ranOutOfTime(RedisServerConnection on, long begun, Throwable failure) {
    if (on.hasAnsweredSince(begun)) {
      retire(on);
      return;
    }
    connector.pause().late(failure);
    retire(on);
    if (System.nanoTime() - begun >= timeout.toNanos() * SILENT_QUARTERS / 4) {
      // No call of this client waits for longer than it was silent: none would be answered.
      on.close();
    }
  }

  /** Checks the role of a server that refused a command: it may have become a replica. */
  private void refused(RedisServerConnection on) {
    connector.pause().succeeded();
    RedisCall.within(timeout, System.nanoTime(), on, RedisCall::requireMaster)
        .onFailure(failure -> retire(on));
  }

  private void retire(RedisServerConnection one) {
    if (connection == one) {
      connection = null;
    }
    retired.removeIf(RedisServerConnection::isClosed);
    retired.add(one);
    one.retire();
  }

  /**
   * Returns the connection. Calls that arrive while it is being made wait for the same attempt,
   * each within its own bound.
   */
  private Future<RedisServerConnection> ready(Duration bound, long started) {
    if (connection != null && !connection.isClosed()) {
      return Future.succeededFuture(connection);
    }
    Duration left = bound.minusNanos(System.nanoTime() - started);
    if (connector.pause().left().compareTo(left) >= 0) {
      return Future.failedFuture(connector.pause().why());
    }
    boolean another = connecting != null && !connecting.isComplete();
    if (!another) {
      connecting = connector.connectRested(bound).compose(this::keep);
    }
    Future<RedisServerConnection> made = connecting;
    return connector
        .within(left, bound, made)
        .recover(
            failure ->
                another && made.isComplete() && failure instanceof TimeoutException
                    ? ready(bound, started)
                    : Future.failedFuture(failure));
  }

  private Future<RedisServerConnection> keep(RedisServerConnection opened) {
    if (closed) {
      return opened.close().compose(done -> Future.failedFuture("the connection was closed"));
    }
    if (connection != null && connection != opened) {
      connection.close();
    }
    connection = opened;
    return Future.succeededFuture(opened);
  }

  /** The server of the present connection; null where there is no connection. */
  Host host() {
    return connection == null ? null : connection.host();
  }

  /**
   * Drops a connection to another server than the master: the answers of a former master prove
   * nothing.
   */
  void keepOnly(Host master) {
    if (connection != null && !connection.host().equals(master)) {
      drop();
    }
  }

  /** Closes the connections at once, because they do not answer; the next call makes another. */
  void drop() {
    all().forEach(RedisServerConnection::close);
    connection = null;
  }

  private List<RedisServerConnection> all() {
    List<RedisServerConnection> all = new ArrayList<>(retired);
    if (connection != null) {
      all.add(connection);
    }
    return all;
  }

  /** Closes all connections. Never fails. */
  Future<Void> close() {
    closed = true;
    return Future.join(all().stream().map(RedisServerConnection::close).toList())
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }
}

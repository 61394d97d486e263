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
 * One connection to the master, made when it is needed. Everything is bounded. Nothing new begins
 * on a connection on which something ran out of time, or whose server is not the master any more;
 * what is under way on it ends by itself, in its own time, before it is closed. To be used on one
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

  /** Does something on the connection; fails where there is none, or the time ran out. */
  <T> Future<T> run(Function<RedisCall, Future<T>> work) {
    return run(timeout, work);
  }

  /** As {@link #run(Function)}, with a bound of its own. */
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
        .onSuccess(done -> connector.rest().succeeded())
        .recover(failure -> failed(open, begun, failure));
  }

  /** The end of a connection is told after those who wait for its answers have failed. */
  private <T> Future<T> failed(RedisServerConnection on, long begun, Throwable failure) {
    Promise<T> told = Promise.promise();
    on.vertx()
        .runOnContext(
            turned -> {
              if (on.isClosed()) {
                connector.rest().late(failure);
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
    connector.rest().late(failure);
    retire(on);
    if (System.nanoTime() - begun >= timeout.toNanos() * SILENT_QUARTERS / 4) {
      // No call of this client waits for longer than it was silent: none would be answered.
      on.close();
    }
  }

  /** A server that answers, and refuses, may be no master any more. */
  private void refused(RedisServerConnection on) {
    connector.rest().succeeded();
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

  /** Those who come while it is being made wait for the one connection, each for its own time. */
  private Future<RedisServerConnection> ready(Duration bound, long started) {
    if (connection != null && !connection.isClosed()) {
      return Future.succeededFuture(connection);
    }
    Duration left = bound.minusNanos(System.nanoTime() - started);
    if (connector.rest().left().compareTo(left) >= 0) {
      return Future.failedFuture(connector.rest().why());
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

  /** The server that it is connected to; null where there is none. */
  Host host() {
    return connection == null ? null : connection.host();
  }

  /** Lets go of a server that is not the master any more: what it answers still says nothing. */
  void keepOnly(Host master) {
    if (connection != null && !connection.host().equals(master)) {
      drop();
    }
  }

  /** Closes the connection, which does not answer; another is made when it is needed. */
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

  /** Never fails. */
  Future<Void> close() {
    closed = true;
    return Future.join(all().stream().map(RedisServerConnection::close).toList())
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }
}

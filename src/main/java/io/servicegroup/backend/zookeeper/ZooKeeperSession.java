package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperConnection.Credentials;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a session, and begins another when the servers have ended it. All callbacks run on the
 * context on which it was created; nothing blocks that context.
 *
 * <p>A connection that is lost for a while, or does not answer, is replaced by one that continues
 * the session without the newest transaction that it has seen. Servers that were restored from an
 * older state refuse a client that has seen more than they have, but tell one that has seen nothing
 * that its session does not exist.
 */
final class ZooKeeperSession {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperSession.class);
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);
  private static final long NO_TIMER = -1;

  /** Receives the session's events, on its context. */
  interface Listener {
    /** The session has a connection. Events that happened before may be missing. */
    void connected();

    /** The connection is lost; no event arrives until the next one. */
    void disconnected();

    /** A watch reports a change. */
    void changed(EventType type, String path);

    /** The session timeout that the servers granted, in milliseconds, at each connection. */
    default void granted(int millis) {}
  }

  private final Vertx vertx;
  private final Context context;
  private final ZooKeeperConnector connector;
  private final Listener listener;
  private final String backend;
  private final long patienceMillis;
  private final Backoff patience;

  /** Written on the context; {@link #cut} reads it on another thread. */
  private volatile ZooKeeperConnection connection;

  private Promise<Void> first = Promise.promise();
  private Future<?> connecting = Future.succeededFuture();
  private int generation;
  private boolean connected;
  private boolean closed = true;
  private long timer = NO_TIMER;
  private long answeredNanos;

  ZooKeeperSession(Vertx vertx, String backend, ZooKeeperOptions options, Listener listener) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.backend = backend;
    this.connector = new ZooKeeperConnector(vertx, backend, options);
    this.listener = listener;
    this.patienceMillis = Math.max(LEAST_PATIENCE.toMillis(), options.timeoutMillis() / 3);
    // The pause is jittered, so that agents that lost a server together do not connect to the next
    // one at the same moment.
    this.patience =
        new Backoff(Duration.ofMillis(patienceMillis), Duration.ofMillis(patienceMillis));
  }

  /** Begins a session. Completes with the first connection, however long that takes. */
  Future<Void> open() {
    if (closed) {
      closed = false;
      first = Promise.promise();
      replace(null);
    }
    return first.future();
  }

  boolean isConnected() {
    return connected && connection != null;
  }

  /** The session's id; only while connected. */
  long id() {
    return connection.getSessionId();
  }

  /** The credentials that continue this session; only while connected. */
  Credentials credentials() {
    return connection.session();
  }

  /** The newest transaction that this connection has seen; only while connected. */
  long zxid() {
    return connection.zxid();
  }

  /**
   * Ends the session and begins no other, which {@link #renew} does. May be called on any thread.
   */
  void cut() {
    ZooKeeperConnection present = connection;
    if (present != null) {
      present.close();
    }
  }

  /** Ends the session with all its ephemeral nodes, and begins another. */
  Future<Void> renew() {
    if (closed) {
      return Future.succeededFuture();
    }
    ZooKeeperConnection old = connection;
    lost();
    generation++;
    connection = null;
    return connector
        .end(old)
        .onComplete(
            ended -> {
              if (!closed && connection == null) {
                replace(null);
              }
            });
  }

  /** Ends the session. Never fails. */
  Future<Void> close() {
    if (closed) {
      return Future.succeededFuture();
    }
    closed = true;
    connected = false;
    generation++;
    cancelTimer();
    ZooKeeperConnection old = connection;
    connection = null;
    // A connection that is being made is ended when it is ready.
    return Future.join(connecting, connector.end(old))
        .eventually(connector::clean)
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  /**
   * Replaces the connection by one that continues the given session, or begins a new session where
   * that is null.
   */
  private void replace(Credentials session) {
    int mine = ++generation;
    ZooKeeperConnection old = connection;
    connection = null;
    cancelTimer();
    connecting =
        connector
            .replace(old, session, event -> told(event, mine))
            .onFailure(failure -> notMade(failure, mine))
            .compose(made -> made(made, mine));
  }

  private Future<Void> made(ZooKeeperConnection made, int mine) {
    if (mine != generation) {
      return connector.end(made);
    }
    connection = made;
    if (connected) {
      heard();
    } else {
      replaceLater();
    }
    return Future.succeededFuture();
  }

  private void notMade(Throwable failure, int mine) {
    LOG.debug("Backend {}: no connection could be made", backend, failure);
    if (mine == generation) {
      if (first.tryFail(failure)) {
        closed = true;
      } else {
        replaceLater();
      }
    }
  }

  private void told(WatchedEvent event, int mine) {
    context.runOnContext(
        nothing -> {
          if (mine == generation) {
            if (event.getType() == EventType.None) {
              became(event);
            } else {
              listener.changed(event.getType(), event.getPath());
            }
          }
        });
  }

  private void became(WatchedEvent event) {
    switch (event.getState()) {
      case SyncConnected -> {
        connected = true;
        cancelTimer();
        if (connection != null) {
          heard();
        }
      }
      case Disconnected -> {
        lost();
        replaceLater();
      }
      case Expired -> {
        LOG.info("Backend {}: the session ended, another begins", backend);
        lost();
        replace(null);
      }
      default -> LOG.debug("Backend {}: the session is {}", backend, event.getState());
    }
  }

  private void heard() {
    answeredNanos = System.nanoTime();
    listener.granted(connection.getSessionTimeout());
    listener.connected();
    first.tryComplete();
  }

  private void lost() {
    if (connected) {
      connected = false;
      listener.disconnected();
    }
  }

  private void replaceLater() {
    cancelTimer();
    timer = vertx.setTimer(patience.failed().toMillis(), id -> replaceNow());
  }

  private void replaceNow() {
    timer = NO_TIMER;
    if (!closed) {
      lost();
      replace(connection == null || connection.getSessionId() == 0 ? null : connection.session());
    }
  }

  private void cancelTimer() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }

  /**
   * Notes that the servers refused a request for want of a right, which happens after a change of
   * the password: the session authenticates with the new password where there is one.
   */
  void refused() {
    connector
        .renewCredentials()
        .onSuccess(
            found -> {
              if (connection != null) {
                found.ifPresent(connection::authenticate);
              }
            });
  }

  /** The connection while it is usable, or null. */
  ZooKeeper connected() {
    return connected ? connection : null;
  }

  /** Notes that the servers answered. */
  void answered() {
    answeredNanos = System.nanoTime();
  }

  /**
   * Notes that the servers did not answer in time. A connection that has been silent for too long
   * is replaced.
   */
  void notAnswered() {
    if (connected && System.nanoTime() - answeredNanos > patienceMillis * 1_000_000) {
      replaceNow();
    }
  }
}

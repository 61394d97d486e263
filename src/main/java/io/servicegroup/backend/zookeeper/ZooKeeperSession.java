package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperConnection.Credentials;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.ZooKeeper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session, and the next one when the servers ended it. Everything comes back on the context that
 * it was made on; nothing blocks it.
 *
 * <p>A connection that is away for a while, or does not answer, is replaced by one that goes on
 * with the same session but has forgotten what it saw: servers that come back older than before
 * refuse those that remember, and tell those that do not that their session is gone.
 */
final class ZooKeeperSession {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperSession.class);
  private static final Duration LEAST_PATIENCE = Duration.ofSeconds(2);
  private static final long NO_TIMER = -1;

  /** Hears what happens to the session, on its context. */
  interface Listener {
    /** Whatever happened before may not have been told. */
    void connected();

    /** Nothing is told until the next connection. */
    void disconnected();

    /** A watch fired. */
    void changed(EventType type, String path);

    /** How long the servers let a session live without its connection, at each connection. */
    default void granted(int millis) {}
  }

  private final Vertx vertx;
  private final Context context;
  private final ZooKeeperOptions options;
  private final Listener listener;
  private final String backend;
  private final long patienceMillis;
  private final Backoff patience;

  /** Written on the context; {@link #cut} reads it on another thread. */
  private volatile ZooKeeperConnection handle;

  private Promise<Void> first = Promise.promise();
  private Future<?> connecting = Future.succeededFuture();
  private int generation;
  private boolean connected;
  private boolean asking;
  private boolean closed = true;
  private long timer = NO_TIMER;
  private long answeredNanos;

  ZooKeeperSession(Vertx vertx, String backend, ZooKeeperOptions options, Listener listener) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.backend = backend;
    this.options = options;
    this.listener = listener;
    this.patienceMillis = Math.max(LEAST_PATIENCE.toMillis(), options.timeoutMillis() / 3);
    // Agents that lost a server together do not come to the next one together.
    this.patience =
        new Backoff(Duration.ofMillis(patienceMillis), Duration.ofMillis(patienceMillis));
  }

  /** Completes with the first connection, whenever that is. */
  Future<Void> open() {
    if (closed) {
      closed = false;
      first = Promise.promise();
      replace(null);
    }
    return first.future();
  }

  boolean isConnected() {
    return connected && handle != null;
  }

  /** The session's id; only while connected. */
  long id() {
    return handle.getSessionId();
  }

  /** What goes on with this session; only while connected. */
  Credentials credentials() {
    return handle.session();
  }

  /** The greatest transaction that this connection was told of; only while connected. */
  long zxid() {
    return handle.zxid();
  }

  /** Ends the session, from any thread, and begins no other: that is up to {@link #renew}. */
  void cut() {
    ZooKeeperConnection present = handle;
    if (present != null) {
      present.close();
    }
  }

  /** Ends the session, with everything ephemeral, and begins another. */
  Future<Void> renew() {
    if (closed) {
      return Future.succeededFuture();
    }
    ZooKeeperConnection old = handle;
    lost();
    generation++;
    handle = null;
    return end(old)
        .onComplete(
            ended -> {
              if (!closed && handle == null) {
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
    ZooKeeperConnection old = handle;
    handle = null;
    // What is being made ends, too.
    return Future.join(connecting, end(old))
        .eventually(() -> vertx.executeBlocking(this::clean))
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  private Void clean() throws IOException {
    options.clean();
    return null;
  }

  private Future<Void> end(ZooKeeperConnection old) {
    return old == null
        ? Future.succeededFuture()
        : vertx
            .<Void>executeBlocking(
                () -> {
                  old.close();
                  return null;
                },
                false)
            .recover(
                failure -> {
                  LOG.debug("Backend {}: the session was not closed", backend, failure);
                  return Future.succeededFuture();
                });
  }

  /** Drops the connection and makes another, of the session given or a new one. */
  private void replace(Credentials session) {
    int mine = ++generation;
    ZooKeeperConnection old = handle;
    handle = null;
    cancelTimer();
    connecting =
        vertx
            .executeBlocking(() -> connect(old, session, mine), false)
            .onFailure(failure -> notMade(failure, mine))
            .compose(made -> made(made, mine));
  }

  private ZooKeeperConnection connect(ZooKeeperConnection old, Credentials session, int mine)
      throws IOException {
    if (old != null) {
      old.abandon();
    }
    return session == null
        ? new ZooKeeperConnection(options, event -> told(event, mine))
        : new ZooKeeperConnection(options, event -> told(event, mine), session);
  }

  private Future<Void> made(ZooKeeperConnection made, int mine) {
    if (mine != generation) {
      return end(made);
    }
    handle = made;
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
        if (handle != null) {
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
    listener.granted(handle.getSessionTimeout());
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
      replace(handle == null || handle.getSessionId() == 0 ? null : handle.session());
    }
  }

  private void cancelTimer() {
    if (timer != NO_TIMER) {
      vertx.cancelTimer(timer);
      timer = NO_TIMER;
    }
  }

  /**
   * The servers refused something for want of a right, as after a change of the password: where
   * there is another now, the session has it from here on.
   */
  void refused() {
    if (asking) {
      return;
    }
    asking = true;
    vertx
        .executeBlocking(() -> options.credentials().renew(), false)
        .onComplete(
            found -> {
              asking = false;
              if (found.succeeded() && handle != null) {
                found.result().ifPresent(handle::authenticate);
              }
            });
  }

  /** The handle while it is connected, or null. */
  ZooKeeper connected() {
    return connected ? handle : null;
  }

  /** The servers answered. */
  void answered() {
    answeredNanos = System.nanoTime();
  }

  /** The servers did not answer in time. If that goes on, the connection is replaced. */
  void notAnswered() {
    if (connected && System.nanoTime() - answeredNanos > patienceMillis * 1_000_000) {
      replaceNow();
    }
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresClientOptions.Server;
import io.servicegroup.runtime.Backoff;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One session that listens. Through a transaction pooler LISTEN does nothing and does not say so;
 * hence a notification of our own, sent on the path of everybody's, has to arrive first. Used on
 * one context.
 */
final class PostgresClientListener {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresClientListener.class);
  private static final String TEST = "test ";
  private static final Duration RETRY = Duration.ofMillis(250);

  /** Behind a pooler nothing will ever arrive; but one slow test is no pooler. */
  private static final Duration RETRY_UNHEARD = Duration.ofSeconds(2);

  private static final Duration LONGEST_UNHEARD = Duration.ofSeconds(60);
  private static final Duration CHECK = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final PostgresClientConnector connector;
  private final Duration timeout;
  private final Function<String, Future<?>> sender;
  private final Context context;
  private final boolean possible;
  private Promise<Boolean> first;
  private Consumer<String> receiver;
  private final Backoff pause;
  private final Backoff longPause = new Backoff(RETRY_UNHEARD, LONGEST_UNHEARD);
  private PostgresClientLink link;
  private boolean listening;
  private boolean everListened;
  private boolean warned;
  private boolean mayHaveMissed;
  private boolean retrying;
  private boolean stopped;

  PostgresClientListener(
      Vertx vertx,
      Context context,
      List<Server> servers,
      Duration timeout,
      Function<String, Future<?>> sender) {
    this.vertx = vertx;
    this.context = context;
    this.possible = !servers.isEmpty();
    this.connector = new PostgresClientConnector(vertx, context, servers, timeout);
    this.timeout = timeout;
    this.pause = new Backoff(RETRY, timeout);
    this.sender = sender;
  }

  Future<Boolean> start(Consumer<String> payload) {
    if (!possible) {
      return Future.succeededFuture(false);
    }
    first = Promise.promise();
    receiver = payload;
    context.runOnContext(nothing -> connect());
    return first.future();
  }

  /** Whether notifications arrive at present. */
  boolean isListening() {
    return listening;
  }

  /** Never fails. */
  Future<Void> stop() {
    stopped = true;
    listening = false;
    if (first != null) {
      first.tryComplete(false);
    }
    return link == null ? Future.succeededFuture() : link.close();
  }

  private void connect() {
    retrying = false;
    link = null;
    if (stopped) {
      return;
    }
    connector
        .connect()
        .compose(this::establish)
        .onSuccess(arrives -> established(arrives))
        .onFailure(this::lost);
  }

  private Future<Boolean> establish(PostgresClientLink opened) {
    if (stopped) {
      return opened.close().compose(nothing -> Future.failedFuture("stopped"));
    }
    link = opened;
    opened.onClosed(() -> ended(opened));
    String test = TEST + UUID.randomUUID();
    Promise<Boolean> arrived = Promise.promise();
    opened
        .session()
        .notificationHandler(
            notification -> {
              if (notification.getPayload().equals(test)) {
                arrived.tryComplete(true);
              } else if (!notification.getPayload().startsWith(TEST)) {
                receiver.accept(notification.getPayload());
              }
            });
    var listens = opened.connection().query("LISTEN servicegroup").execute();
    return OnContext.within(vertx, timeout.toMillis(), listens)
        .compose(nothing -> sender.apply(test))
        .compose(
            nothing -> {
              long timer = vertx.setTimer(bound(), id -> arrived.tryComplete(false));
              return arrived.future().onComplete(done -> vertx.cancelTimer(timer));
            })
        .onFailure(failure -> opened.abort());
  }

  private long bound() {
    return Math.max(1000, timeout.toMillis());
  }

  private void established(boolean arrives) {
    if (stopped || link.isClosed()) {
      lost(new VertxException("the connection was closed", true));
      return;
    }
    if (!arrives) {
      unheard();
      return;
    }
    if (warned) {
      LOG.info("PostgreSQL {}: notifications arrive", connector.description());
    }
    listening = true;
    everListened = true;
    warned = false;
    pause.succeeded();
    longPause.succeeded();
    first.tryComplete(true);
    if (mayHaveMissed) {
      receiver.accept("resync");
    }
    mayHaveMissed = true;
    check(link);
  }

  /** Nothing may ever arrive here, or this once it was late: it is tried again, ever slower. */
  private void unheard() {
    if (!warned) {
      warned = true;
      LOG.warn(
          everListened
              ? "PostgreSQL {}: a notification sent to test the new connection did not arrive"
                  + " within {} ms; news waits for the next poll until one does"
              : "PostgreSQL {}: notifications do not arrive (none within {} ms), as behind a"
                  + " transaction pooler; news waits for the next poll. Behind a pooler set"
                  + " pooled=true, and listen=HOST:PORT to hear at once",
          connector.description(),
          bound());
    }
    PostgresClientLink deaf = link;
    again(longPause.failed());
    deaf.close();
  }

  /** A server that is no primary any more has no news; on one context. */
  void distrust(String server) {
    connector.distrust(server);
    if (link != null && link.server().equals(server)) {
      link.abort();
    }
  }

  /**
   * A connection that was cut without a word would be silent for ever, and so would one to a server
   * that is no primary any more.
   */
  private void check(PostgresClientLink checked) {
    vertx.setTimer(
        CHECK.toMillis(),
        id -> {
          if (!checked.isClosed()) {
            var asked = checked.connection().query(PostgresClientConnector.IS_READ_ONLY).execute();
            OnContext.within(vertx, bound(), asked)
                .onSuccess(
                    rows -> {
                      if (PostgresClientConnector.isReadOnly(rows)) {
                        distrust(checked.server());
                      } else {
                        check(checked);
                      }
                    })
                .onFailure(failure -> checked.abort());
          }
        });
  }

  private void ended(PostgresClientLink which) {
    if (which == link && !stopped && !retrying) {
      lost(new VertxException("the connection was closed", true));
    }
  }

  private void lost(Throwable failure) {
    // Whoever polls the same server says that it is lost; here only haste is.
    LOG.debug("not listening on {} for the moment", connector.description(), failure);
    again(pause.failed());
  }

  private void again(Duration wait) {
    listening = false;
    if (stopped || retrying) {
      return;
    }
    retrying = true;
    mayHaveMissed = true;
    first.tryComplete(false);
    vertx.setTimer(wait.toMillis(), id -> connect());
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresClientOptions.Server;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration CHECK = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final PostgresClientConnector connector;
  private final Duration timeout;
  private final Function<String, Future<?>> sender;
  private final Context context;
  private final boolean possible;
  private Promise<Boolean> first;
  private Consumer<String> receiver;
  private PostgresClientLink link;
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

  /** Never fails. */
  Future<Void> stop() {
    stopped = true;
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
    return opened
        .connection()
        .query("LISTEN servicegroup")
        .execute()
        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
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
    if (!arrives) {
      LOG.warn(
          "notifications of PostgreSQL {} do not arrive (is it a pooler? then set pooled=true);"
              + " news is found by polling",
          connector.description());
      stopped = true;
      link.close();
      first.tryComplete(false);
      return;
    }
    first.tryComplete(true);
    if (mayHaveMissed) {
      receiver.accept("resync");
    }
    mayHaveMissed = true;
    check(link);
  }

  /** A connection that was cut without a word would be silent for ever. */
  private void check(PostgresClientLink checked) {
    vertx.setTimer(
        CHECK.toMillis(),
        id -> {
          if (!checked.isClosed()) {
            checked
                .connection()
                .query("SELECT 1")
                .execute()
                .timeout(bound(), TimeUnit.MILLISECONDS)
                .onSuccess(rows -> check(checked))
                .onFailure(failure -> checked.abort());
          }
        });
  }

  private void ended(PostgresClientLink which) {
    if (which == link && !stopped) {
      lost(new VertxException("the connection was closed", true));
    }
  }

  private void lost(Throwable failure) {
    if (stopped || retrying) {
      return;
    }
    retrying = true;
    // Whoever polls the same server says that it is lost; here only haste is.
    LOG.debug("not listening on {} for the moment", connector.description(), failure);
    mayHaveMissed = true;
    first.tryComplete(false);
    vertx.setTimer(RETRY.toMillis(), id -> connect());
  }
}

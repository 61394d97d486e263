package io.servicegroup.backend.postgres;

import io.servicegroup.backend.common.NotificationTransport;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A connection that listens on the channel {@code servicegroup}. Where others use it too, it is
 * theirs to close, except when it turns out to be dead.
 */
final class PostgresNotificationConnection implements NotificationTransport.Connection {

  /** A connection that answered within this time needs no check. */
  private static final Duration RECENTLY = Duration.ofSeconds(15);

  private final Vertx vertx;
  private final PostgresConnection connection;
  private final boolean shared;
  private final Ears ears;
  private final PostgresConnector connector;
  private final Duration timeout;
  private final Duration patience;

  /**
   * Creates it.
   *
   * @param shared whether others use the connection too; it listens already then
   * @param ears receive what it hears
   */
  PostgresNotificationConnection(
      Vertx vertx,
      PostgresConnection connection,
      boolean shared,
      Ears ears,
      PostgresConnector connector,
      Duration timeout,
      Duration patience) {
    this.vertx = vertx;
    this.connection = connection;
    this.shared = shared;
    this.ears = ears;
    this.connector = connector;
    this.timeout = timeout;
    this.patience = patience;
  }

  /** Receives payloads for whoever comes later; nobody misses anything before. */
  static final class Ears implements Consumer<String> {

    private Consumer<String> heard = payload -> {};

    @Override
    public void accept(String payload) {
      heard.accept(payload);
    }
  }

  String server() {
    return connection.server();
  }

  @Override
  public Future<Void> subscribe(Consumer<String> heard) {
    ears.heard = heard;
    return shared
        ? Future.succeededFuture()
        : OnContext.within(vertx, timeout.toMillis(), connection.listen(ears));
  }

  /** Fails where the server is no longer the primary, because nothing is announced there. */
  @Override
  public Future<Void> check() {
    if (shared && connection.answeredWithin(RECENTLY)) {
      return Future.succeededFuture(); // A beat or a poll succeeds on a primary only.
    }
    var asked = connection.driver().query(PostgresConnector.IS_READ_ONLY).execute();
    return OnContext.within(vertx, patience.toMillis(), asked)
        .compose(
            rows -> {
              if (PostgresConnector.isReadOnly(rows)) {
                connector.distrust(server());
                return Future.failedFuture(
                    new VertxException(server() + " is no primary any more", true));
              }
              return Future.succeededFuture();
            })
        .onFailure(failure -> endDead())
        .mapEmpty();
  }

  private void endDead() {
    if (shared && !connection.isClosed()) {
      connection.abort();
    }
  }

  @Override
  public boolean isClosed() {
    return connection.isClosed();
  }

  @Override
  public void onClosed(Runnable then) {
    connection.onClosed(then);
  }

  @Override
  public Future<Void> close() {
    if (!shared) {
      return connection.close();
    }
    ears.heard = payload -> {};
    connection.ignoreNotifications();
    return Future.succeededFuture();
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.backend.common.NotificationTransport;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.function.Consumer;

/** A connection that listens on the channel {@code servicegroup}. */
final class PostgresNotificationConnection implements NotificationTransport.Connection {

  private final Vertx vertx;
  private final PostgresConnection connection;
  private final PostgresConnector connector;
  private final Duration timeout;
  private final Duration patience;

  PostgresNotificationConnection(
      Vertx vertx,
      PostgresConnection connection,
      PostgresConnector connector,
      Duration timeout,
      Duration patience) {
    this.vertx = vertx;
    this.connection = connection;
    this.connector = connector;
    this.timeout = timeout;
    this.patience = patience;
  }

  String server() {
    return connection.server();
  }

  @Override
  public Future<Void> subscribe(Consumer<String> heard) {
    connection
        .driver()
        .notificationHandler(notification -> heard.accept(notification.getPayload()));
    var listens = connection.driver().query("LISTEN servicegroup").execute();
    return OnContext.within(vertx, timeout.toMillis(), listens).mapEmpty();
  }

  /** Fails where the server is no longer the primary, because nothing is announced there. */
  @Override
  public Future<Void> check() {
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
            });
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
    return connection.close();
  }
}

package io.servicegroup.backend.postgres;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.spi.PgDriver;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.spi.ConnectionFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection that can be thrown away whatever state it is in. The driver's own close waits
 * behind a statement that a hung server never answers; so each connection has a socket factory of
 * its own, and closing that closes the socket.
 */
final class PostgresClientLink {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresClientLink.class);
  private static final Duration GOODBYE = Duration.ofMillis(500);

  private final ConnectionFactory<PgConnectOptions> sockets;
  private final PgConnection connection;
  private final String server;
  private boolean closed;

  private PostgresClientLink(
      ConnectionFactory<PgConnectOptions> sockets, PgConnection connection, String server) {
    this.sockets = sockets;
    this.connection = connection;
    this.server = server;
  }

  /** Connects within the bound; an attempt that fails leaves no socket behind. */
  static Future<PostgresClientLink> open(
      Vertx vertx, Context context, PgConnectOptions options, String server, Duration bound) {
    ConnectionFactory<PgConnectOptions> sockets =
        PgDriver.INSTANCE.createConnectionFactory(
            vertx, new NetClientOptions().setConnectTimeout((int) bound.toMillis()));
    return sockets
        .connect(context, options)
        .timeout(bound.toMillis(), TimeUnit.MILLISECONDS)
        .map(connection -> new PostgresClientLink(sockets, PgConnection.cast(connection), server))
        .recover(failure -> close(sockets).transform(done -> Future.failedFuture(failure)));
  }

  SqlConnection connection() {
    return connection;
  }

  PgConnection session() {
    return connection;
  }

  String server() {
    return server;
  }

  boolean isClosed() {
    return closed;
  }

  /** Tells when the connection is gone, whoever ended it. Called once. */
  void onClosed(Runnable then) {
    connection.exceptionHandler(failure -> LOG.debug("connection to {}", server, failure));
    connection.closeHandler(
        nothing -> {
          closed = true;
          then.run();
        });
  }

  /** Says goodbye, and closes. Never fails; takes half a second at most. */
  Future<Void> close() {
    closed = true;
    return connection
        .close()
        .timeout(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
        .transform(done -> close(sockets));
  }

  /** Ends what is running on the server, if it listens, and closes. Never fails. */
  Future<Void> abort() {
    closed = true;
    return connection
        .cancelRequest()
        .timeout(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
        .transform(done -> close(sockets));
  }

  private static Future<Void> close(ConnectionFactory<PgConnectOptions> sockets) {
    Promise<Void> done = Promise.promise();
    sockets.close(done);
    return done.future().otherwiseEmpty();
  }
}

package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperConnection.Credentials;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.Optional;
import org.apache.zookeeper.Watcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and ends the connections of a session, and reads its credentials. ZooKeeper's client blocks
 * in each of these, so they run on worker threads; the futures complete on the caller's context.
 */
final class ZooKeeperConnector {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperConnector.class);

  private final Vertx vertx;
  private final String backend;
  private final ZooKeeperOptions options;
  private boolean renewing;

  ZooKeeperConnector(Vertx vertx, String backend, ZooKeeperOptions options) {
    this.vertx = vertx;
    this.backend = backend;
    this.options = options;
  }

  /**
   * Abandons a connection and makes another.
   *
   * @param old the connection to abandon, or null
   * @param session the session to continue, or null for a new one
   */
  Future<ZooKeeperConnection> replace(
      ZooKeeperConnection old, Credentials session, Watcher watcher) {
    return vertx.executeBlocking(
        () -> {
          if (old != null) {
            old.abandon();
          }
          return session == null
              ? new ZooKeeperConnection(options, watcher)
              : new ZooKeeperConnection(options, watcher, session);
        },
        false);
  }

  /** Ends a connection, which may be null, together with its session. Never fails. */
  Future<Void> end(ZooKeeperConnection old) {
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

  /**
   * Reads the credentials again, on the caller's context. Empty where they are the same, or where a
   * reading is under way.
   */
  Future<Optional<byte[]>> renewCredentials() {
    if (renewing) {
      return Future.succeededFuture(Optional.empty());
    }
    renewing = true;
    return vertx
        .executeBlocking(() -> options.credentials().renew(), false)
        .onComplete(read -> renewing = false);
  }

  /** Removes the temporary files of TLS. */
  Future<Void> clean() {
    return vertx.executeBlocking(this::removeFiles);
  }

  private Void removeFiles() throws IOException {
    options.clean();
    return null;
  }
}

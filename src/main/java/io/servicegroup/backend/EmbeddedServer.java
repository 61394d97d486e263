package io.servicegroup.backend;

import io.servicegroup.config.BackendUri;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * A server of a technology that runs inside the agent's process tree. {@link Technology#server()}
 * creates one for each URI.
 */
public interface EmbeddedServer {

  /**
   * Starts the server with the data that it stored before.
   *
   * @param vertx for blocking work
   * @param uri the configured URI, {@code embedded:}
   * @return the URI at which the server can be reached; fails with one clear sentence where it
   *     cannot run on this machine
   */
  Future<BackendUri> start(Vertx vertx, BackendUri uri);

  /**
   * Stops the server in good order.
   *
   * @return never fails
   */
  Future<Void> stop();
}

package io.servicegroup.backend;

import io.servicegroup.config.BackendUri;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * A technology's server that runs inside the agent's process tree. Made anew for each URI, by
 * {@link Technology#server()}.
 */
public interface EmbeddedServer {

  /**
   * Starts the server, keeping what it stored before.
   *
   * @param vertx for work that blocks
   * @param uri as configured, {@code embedded:}
   * @return where the server can be reached; fails with one clear sentence where it cannot run here
   */
  Future<BackendUri> start(Vertx vertx, BackendUri uri);

  /**
   * Stops the server in good order.
   *
   * @return never fails
   */
  Future<Void> stop();
}

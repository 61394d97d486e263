package io.servicegroup.cli;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits on the main thread, which has nothing else to do. */
final class Await {

  private static final Logger LOG = LoggerFactory.getLogger(Await.class);

  private Await() {}

  /** The future's result; throws what it failed with. */
  static <T> T result(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      }
      throw e;
    }
  }

  /**
   * Ends Vert.x. What the command came to stands: a thread that does not end in time changes
   * neither its exit code nor what it says.
   */
  static void end(Vertx vertx) {
    try {
      result(vertx.close());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      LOG.debug("Vert.x did not end in good order", e);
    }
  }
}

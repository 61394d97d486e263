package io.servicegroup.cli;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for futures on the main thread, which no event loop uses. */
final class Await {

  private static final Logger LOG = LoggerFactory.getLogger(Await.class);

  private Await() {}

  /** Waits for a future, and returns its result or throws its failure. */
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

  /** Starts work on a context of Vert.x and waits for its result. */
  static <T> T onContext(Vertx vertx, Supplier<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(
            now -> Future.succeededFuture().compose(nothing -> work.get()).onComplete(done));
    return result(done.future());
  }

  /**
   * Ends Vert.x. A failure, such as a thread that does not end in time, is only logged: it must not
   * change the exit code of a command that is done.
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

package io.servicegroup.cli;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;

/** Waits on the main thread, which has nothing else to do. */
final class Await {

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
}

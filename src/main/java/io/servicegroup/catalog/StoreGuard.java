package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;

/** Tells a refusal of the store from its absence, and logs the latter once. */
final class StoreGuard {

  private final String store;
  private final OutageLog outages;
  private Runnable back = () -> {};

  /**
   * Watches over one store.
   *
   * @param store its URI, with secrets masked
   */
  StoreGuard(String store) {
    this.store = store;
    this.outages = new OutageLog("The catalogue " + store, System::nanoTime);
  }

  /** Tells when the store answers again after it was away. */
  void whenBack(Runnable then) {
    back = then;
  }

  /**
   * Passes an answer on.
   *
   * @param answer of the store
   * @return the same; fails with {@link ServiceGroupException} only, 503 where the store could not
   *     be asked
   */
  <T> Future<T> guard(Future<T> answer) {
    if (answer.succeeded()) {
      // What is there at once was not asked of the store, as where nobody was asked for.
      return answer;
    }
    return answer.transform(
        result -> {
          if (result.succeeded()) {
            boolean wasAway = outages.isLost();
            outages.succeeded();
            if (wasAway) {
              back.run();
            }
            return answer;
          }
          if (result.cause() instanceof ServiceGroupException) {
            return answer;
          }
          outages.failed(result.cause());
          return Future.failedFuture(
              new ServiceGroupException(
                  503,
                  "the catalogue (catalog.uri: "
                      + store
                      + ") cannot be reached: "
                      + Why.of(result.cause())));
        });
  }
}

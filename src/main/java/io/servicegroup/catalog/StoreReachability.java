package io.servicegroup.catalog;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;

/** Tells a refusal of the store from its absence, and logs the latter once. */
final class StoreReachability {

  private final String store;
  private final StoreOutageLog outageLog;
  private Runnable back = () -> {};

  /**
   * Watches over one store.
   *
   * @param store its URI, with secrets masked
   */
  StoreReachability(String store) {
    this(store, new StoreOutageLog(store, null, Set.of(), Duration.ZERO));
  }

  /**
   * Watches over one store.
   *
   * @param store its URI, with secrets masked
   * @param outages says its loss and its return
   */
  StoreReachability(String store, StoreOutageLog outageLog) {
    this.store = store;
    this.outageLog = outageLog;
  }

  /** Tells when the store answers again after it was away. */
  void whenBack(Runnable then) {
    back = then;
  }

  /**
   * Passes an answer on.
   *
   * @param answer of the store
   * @return the same; fails with {@link ServiceGroupException} only, {@code UNAVAILABLE} where the
   *     store could not be asked
   */
  <T> Future<T> observe(Future<T> answer) {
    if (answer.succeeded()) {
      // What is there at once was not asked of the store, as where nobody was asked for.
      return answer;
    }
    return answer.transform(
        result -> {
          if (result.succeeded()) {
            boolean wasAway = outageLog.isLost();
            outageLog.succeeded();
            if (wasAway) {
              back.run();
            }
            return answer;
          }
          if (result.cause() instanceof ServiceGroupException) {
            return answer;
          }
          outageLog.failed(result.cause());
          return Future.failedFuture(
              new ServiceGroupException(
                  Refusal.UNAVAILABLE,
                  "the catalogue (catalog.uri: "
                      + store
                      + ") cannot be reached: "
                      + Why.of(result.cause())));
        });
  }
}

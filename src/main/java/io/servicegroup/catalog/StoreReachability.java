package io.servicegroup.catalog;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Set;

/**
 * Observes each answer of the catalogue's store: distinguishes a refusal from the absence of the
 * store, and has each outage logged once.
 */
final class StoreReachability {

  private final String store;
  private final StoreOutageLog outageLog;
  private Runnable back = () -> {};

  /**
   * Creates an observer of one store.
   *
   * @param store the store's URI, with secrets masked
   */
  StoreReachability(String store) {
    this(store, new StoreOutageLog(store, null, Set.of(), Duration.ZERO));
  }

  /**
   * Creates an observer of one store.
   *
   * @param store the store's URI, with secrets masked
   * @param outageLog logs the loss and the return of the store
   */
  StoreReachability(String store, StoreOutageLog outageLog) {
    this.store = store;
    this.outageLog = outageLog;
  }

  /** Whether the store did not answer the last time. */
  boolean isAway() {
    return outageLog.isLost();
  }

  /** Sets what runs when the store answers again after an outage. */
  void whenBack(Runnable then) {
    back = then;
  }

  /**
   * Observes an answer.
   *
   * @param answer the answer of the store
   * @return the same answer; fails with {@link ServiceGroupException} only, {@code UNAVAILABLE}
   *     where the store could not be asked
   */
  <T> Future<T> observe(Future<T> answer) {
    if (answer.succeeded()) {
      // An answer that is complete at once was given without the store, for example for an empty
      // list of members.
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

package io.servicegroup.catalog;

import io.vertx.core.Future;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows whether a store notifies of changes at present. Nobody waits for the answer to the request:
 * it takes another connection, so that a starting agent would be silent for more round trips, and
 * notifications only hasten reads.
 *
 * <p>Not thread-safe.
 */
final class ChangeNotifications {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeNotifications.class);

  private BooleanSupplier delivered = () -> false;

  /**
   * Requests the notifications.
   *
   * @param changed called for each change, and once where changes may have been missed before the
   *     store began to notify
   */
  void request(ServiceCatalog catalog, Runnable changed) {
    Future<BooleanSupplier> asked = catalog.watch(changed);
    boolean late = !asked.isComplete();
    asked
        .onSuccess(
            tells -> {
              delivered = tells;
              if (late) {
                changed.run();
              }
            })
        .onFailure(failure -> LOG.debug("The catalogue tells of no changes", failure));
  }

  boolean areDelivered() {
    return delivered.getAsBoolean();
  }
}

package io.servicegroup.catalog;

import io.vertx.core.Future;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a store tells of changes at present. Nobody waits until it does: that takes a connection
 * more, hence round trips in which an agent that starts would be silent, and only hastens.
 *
 * <p>Not thread-safe.
 */
final class ChangeNotifications {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeNotifications.class);

  private BooleanSupplier delivered = () -> false;

  /**
   * Asks the store to tell.
   *
   * @param changed called for each change, and once where some may have been missed
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

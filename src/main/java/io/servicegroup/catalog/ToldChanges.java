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
final class ToldChanges {

  private static final Logger LOG = LoggerFactory.getLogger(ToldChanges.class);

  private BooleanSupplier told = () -> false;

  /**
   * Asks the store to tell.
   *
   * @param changed called for each change, and once where some may have been missed
   */
  void ask(ServiceCatalog catalog, Runnable changed) {
    Future<BooleanSupplier> asked = catalog.watch(changed);
    boolean late = !asked.isComplete();
    asked
        .onSuccess(
            tells -> {
              told = tells;
              if (late) {
                changed.run();
              }
            })
        .onFailure(failure -> LOG.debug("The catalogue tells of no changes", failure));
  }

  boolean areTold() {
    return told.getAsBoolean();
  }
}

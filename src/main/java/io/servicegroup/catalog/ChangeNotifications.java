package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.vertx.core.Future;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows of which changes a store notifies at present. Nobody waits for the answer to the request:
 * it takes another connection, so that a starting agent would be silent for more round trips, and
 * notifications only hasten reads.
 *
 * <p>Not thread-safe.
 */
final class ChangeNotifications {

  private static final Logger LOG = LoggerFactory.getLogger(ChangeNotifications.class);

  private Supplier<Telling> telling = () -> Telling.NOTHING;

  /**
   * Requests the notifications.
   *
   * @param changed called for each change, and once where changes may have been missed before the
   *     store began to notify
   */
  void request(ServiceCatalog catalog, Consumer<MemberNews> changed) {
    Future<Supplier<Telling>> asked = catalog.watch(changed);
    boolean late = !asked.isComplete();
    asked
        .onSuccess(
            tells -> {
              telling = tells;
              if (late) {
                changed.accept(MemberNews.OF_ANYBODY);
              }
            })
        .onFailure(failure -> LOG.debug("The catalogue tells of no changes", failure));
  }

  Telling telling() {
    return telling.get();
  }
}

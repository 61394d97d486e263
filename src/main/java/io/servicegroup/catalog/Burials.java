package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removals of which the store keeps no order, since whoever removed gave none: those are given one
 * there, some after each read, for as long as they are remembered. Nothing is removed by that: what
 * somebody joined since is another member.
 *
 * <p>Not thread-safe.
 */
final class Burials {

  private static final Logger LOG = LoggerFactory.getLogger(Burials.class);

  private final ServiceCatalog catalog;
  private final StoreGuard guard;
  private final MemberQueue queue;
  private final WordsKeeper keeper;
  private final Map<MemberId, Member> due = new LinkedHashMap<>();

  Burials(ServiceCatalog catalog, StoreGuard guard, MemberQueue queue, WordsKeeper keeper) {
    this.catalog = catalog;
    this.guard = guard;
    this.queue = queue;
    this.keeper = keeper;
  }

  /** A member that is removed, as it was, with the order that it is remembered with. */
  void add(Member gone) {
    due.put(gone.id(), gone);
  }

  /** Writes the next of them; completes when all of those are written, and never fails. */
  Future<Void> write(int most) {
    due.values().removeIf(gone -> !isRemembered(gone));
    List<Future<Void>> written =
        due.values().stream()
            .limit(most)
            .map(gone -> queue.run(gone.id(), () -> write(gone)))
            .toList();
    return Future.join(written).transform(done -> Future.succeededFuture());
  }

  private Future<Void> write(Member gone) {
    if (!isRemembered(gone)) {
      return Future.succeededFuture();
    }
    return guard
        .guard(catalog.trace(gone))
        .onSuccess(done -> due.remove(gone.id(), gone))
        .onFailure(failure -> LOG.debug("{}: its removal is known here only", gone.id(), failure));
  }

  private boolean isRemembered(Member gone) {
    return keeper.removed(gone.id()).filter(gone::equals).isPresent();
  }
}

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
 * Writes the traces of removals that the store has without an order, because the program that
 * removed the member (Nova, a DBA, an older agent) gave none. Some are written after each read, for
 * as long as the removal is remembered. No member is removed by that: one that joined since is
 * another member.
 *
 * <p>Not thread-safe.
 */
final class RemovalTraces {

  private static final Logger LOG = LoggerFactory.getLogger(RemovalTraces.class);

  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final MemberQueue queue;
  private final RememberedMembers remembered;
  private final Map<MemberId, Member> due = new LinkedHashMap<>();

  RemovalTraces(
      ServiceCatalog catalog,
      StoreReachability reachability,
      MemberQueue queue,
      RememberedMembers remembered) {
    this.catalog = catalog;
    this.reachability = reachability;
    this.queue = queue;
    this.remembered = remembered;
  }

  /** Adds the last record of a removed member, with the order under which it is remembered. */
  void add(Member gone) {
    due.put(gone.id(), gone);
  }

  /** Writes the next traces. Completes when all of them are written or failed; never fails. */
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
    return reachability
        .observe(catalog.trace(gone))
        .onSuccess(done -> due.remove(gone.id(), gone))
        .onFailure(failure -> LOG.debug("{}: its removal is known here only", gone.id(), failure));
  }

  private boolean isRemembered(Member gone) {
    return remembered.removed(gone.id()).filter(gone::equals).isPresent();
  }
}

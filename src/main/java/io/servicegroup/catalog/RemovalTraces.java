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
 * Writes traces for removals that have no order in the store, because the program that removed the
 * member (Nova, a database administrator, an older agent) gave none. Some traces are written after
 * each read, as long as the removal is remembered. This removes no member: one that has joined
 * since is another member.
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

  /**
   * Adds a removed member as it was last seen, with the order under which its removal is
   * remembered.
   */
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

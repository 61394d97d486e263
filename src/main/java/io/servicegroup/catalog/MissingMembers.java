package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Portions;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks members that were changed through this agent and that a read did not find. A member that
 * was deleted here stays deleted, a lost one is restored, and one that somebody else deleted is
 * forgotten.
 *
 * <p>Not thread-safe.
 */
final class MissingMembers {

  /** The number of members that one question to the store names. */
  private static final int AT_ONCE = 500;

  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final MemberQueue queue;
  private final RememberedMembers remembered;
  private final RepairLog repairLog;

  MissingMembers(
      ServiceCatalog catalog,
      StoreReachability reachability,
      MemberQueue queue,
      RememberedMembers remembered,
      RepairLog repairLog) {
    this.catalog = catalog;
    this.reachability = reachability;
    this.queue = queue;
    this.remembered = remembered;
    this.repairLog = repairLog;
  }

  /**
   * Checks members that a read did not find, many of them with one question.
   *
   * @param ids the members
   * @param read the number of the read
   * @return completes when all are checked; never fails: where the store could not be asked, the
   *     next read asks again
   */
  Future<Void> check(Collection<MemberId> ids, long read) {
    List<Member> lastKnown = ids.stream().flatMap(id -> lastKnown(id).stream()).toList();
    return Portions.inTurn(lastKnown, AT_ONCE, some -> checkPortion(some, read))
        .otherwise(
            failure -> {
              remembered.checkAllNextTime();
              return null;
            });
  }

  private Future<?> checkPortion(List<Member> some, long read) {
    return removals(some)
        .compose(
            removals ->
                Future.join(
                        some.stream()
                            .map(Member::id)
                            .filter(id -> !queue.mayBeOutdated(id, read))
                            .map(id -> queue.run(id, () -> settle(id, removals.get(id))))
                            .toList())
                    .transform(done -> Future.succeededFuture()));
  }

  /**
   * Checks one missing member; runs in the member's queue. Fails where the store cannot be asked.
   */
  Future<Void> check(MemberId id) {
    return lastKnown(id)
        .map(member -> removals(List.of(member)).compose(removals -> settle(id, removals.get(id))))
        .orElseGet(Future::succeededFuture);
  }

  /**
   * Restores a member that the store lost, so that it can be changed.
   *
   * @return whether the member was restored; fails with the cause where the store refuses it
   */
  Future<Boolean> restore(MemberId id) {
    return remembered
        .present(id)
        .map(lost -> reachability.observe(catalog.restore(lost)))
        .orElse(Future.succeededFuture(false));
  }

  /**
   * Deletes a member that the store lost and that it may refuse to take back. Such a member is
   * still listed, because this agent remembers it.
   *
   * @param notFound the failure where the member is not remembered
   * @return the member as it was, with the order of its removal
   */
  Future<Member> remove(MemberId id, Throwable notFound) {
    return remembered
        .present(id)
        .map(lost -> lost.withWordsOrder(remembered.next(lost.wordsOrder())))
        .map(gone -> reachability.observe(catalog.trace(gone)).map(gone))
        .orElseGet(() -> Future.failedFuture(notFound));
  }

  private Future<Map<MemberId, Long>> removals(List<Member> some) {
    return reachability.observe(catalog.removals(some));
  }

  /**
   * Returns the member that the store is asked about. The order of a remembered removal is reduced
   * by one, so that the store names this removal too.
   */
  private Optional<Member> lastKnown(MemberId id) {
    return remembered
        .removed(id)
        .map(gone -> gone.withWordsOrder(gone.wordsOrder() - 1))
        .or(() -> remembered.present(id));
  }

  /**
   * Makes the store agree about one missing member.
   *
   * @param removal the order of the removal that the store knows, 0 for a removal without one, null
   *     for none
   */
  private Future<Void> settle(MemberId id, Long removal) {
    Member gone = remembered.removed(id).orElse(null);
    Member present = remembered.present(id).orElse(null);
    if (gone != null) {
      if (removal != null && removal >= gone.wordsOrder()) {
        repairLog.settled(id);
        return Future.succeededFuture();
      }
      return repaired(gone, reachability.observe(catalog.trace(gone)));
    }
    if (present == null) {
      return Future.succeededFuture();
    }
    if (removal != null) {
      repairLog.settled(id);
      remembered.forget(id);
      return Future.succeededFuture();
    }
    return repaired(present, reachability.observe(catalog.restore(present)));
  }

  private Future<Void> repaired(Member lastKnown, Future<?> repair) {
    if (repairLog.lost(lastKnown)) {
      remembered.checkAllNextTime();
    }
    return repair.onFailure(failure -> repairLog.failed(lastKnown.id(), failure)).mapEmpty();
  }
}

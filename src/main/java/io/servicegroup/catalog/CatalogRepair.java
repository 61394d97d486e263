package io.servicegroup.catalog;

import io.servicegroup.catalog.RememberedMembers.Judgement;
import io.servicegroup.catalog.RememberedMembers.Repair;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs a catalogue that came back older: writes what {@link RememberedMembers} remembers. A
 * write that fails now is found necessary again by the next read.
 *
 * <p>Not thread-safe.
 */
final class CatalogRepair {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogRepair.class);

  /**
   * The number of members that are written after one read; the others follow after the next one.
   */
  private static final int AT_ONCE = 500;

  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final MemberQueue queue;
  private final String store;
  private final RememberedMembers remembered;
  private final RepairLog repairLog;
  private final MissingMembers missingMembers;
  private final RemovalTraces removalTraces;
  private final Map<MemberId, Judgement> pending = new LinkedHashMap<>();

  CatalogRepair(
      ServiceCatalog catalog,
      StoreReachability reachability,
      MemberQueue queue,
      String store,
      RememberedMembers remembered,
      RepairLog repairLog) {
    this.catalog = catalog;
    this.reachability = reachability;
    this.queue = queue;
    this.store = store;
    this.remembered = remembered;
    this.repairLog = repairLog;
    this.missingMembers = new MissingMembers(catalog, reachability, queue, remembered, repairLog);
    this.removalTraces = new RemovalTraces(catalog, reachability, queue, remembered);
  }

  /** Begins a read. */
  void beginRead() {
    pending.clear();
    remembered
        .beginRead()
        .ifPresent(
            away ->
                LOG.warn(
                    "The catalogue {} was not read for {} days: removals are remembered for {}, so"
                        + " this agent restores nothing of what it knew before",
                    store,
                    away.toDays(),
                    RememberedMembers.REMEMBERED.toDays()));
  }

  /**
   * Takes in a member as a read found it, and marks it for repair after the read where that is
   * needed.
   *
   * @return the member as it is to be shown; null where it is remembered as removed
   */
  Member found(Member stored) {
    Judgement judgement = remembered.judge(stored);
    remembered.rememberFound(judgement);
    switch (judgement.repair()) {
      case NONE -> repairLog.settled(stored.id());
      case CONFIRM -> pending.put(stored.id(), judgement);
      case PUT_BACK, RECREATED, REMOVE_AGAIN -> {
        pending.put(stored.id(), judgement);
        if (repairLog.lost(judgement.written())) {
          remembered.checkAllNextTime();
        }
      }
    }
    return judgement.isHidden() ? null : judgement.shown();
  }

  /**
   * Returns stored members as they are to be shown, without those that are remembered as removed.
   */
  List<Member> shown(List<Member> stored) {
    remembered.forgetIfAwayTooLong();
    return stored.stream()
        .map(remembered::judge)
        .filter(judgement -> !judgement.isHidden())
        .map(Judgement::shown)
        .toList();
  }

  /**
   * Repairs one member before it is changed; runs in the member's queue.
   *
   * @return completes when the repair is done or has failed; never fails
   */
  Future<Void> repair(MemberId id) {
    remembered.forgetIfAwayTooLong();
    if (remembered.present(id).isEmpty() && remembered.removed(id).isEmpty()) {
      return Future.succeededFuture();
    }
    return reachability
        .observe(catalog.find(List.of(id)))
        .compose(
            found ->
                found.isEmpty()
                    ? missingMembers.check(id)
                    : repair(remembered.judge(found.get(0))).<Void>mapEmpty())
        .otherwiseEmpty();
  }

  /** Returns the object that checks members that the store lost. */
  MissingMembers missingMembers() {
    return missingMembers;
  }

  /**
   * Repairs a member that this agent has just joined; runs in the member's queue.
   *
   * @return the member as it is stored then, or as the next read will store it
   */
  Future<Member> joined(Member stored) {
    pending.remove(stored.id());
    remembered.forgetIfAwayTooLong();
    Judgement judgement = remembered.judge(stored);
    if (judgement.isHidden()) {
      // The join is newer than the removal that is remembered.
      judgement = remembered.confirm(stored, judgement.written().wordsOrder());
    }
    remembered.rememberFound(judgement);
    Member shown = judgement.shown();
    return repair(judgement).otherwise(shown);
  }

  private Future<Member> repair(Judgement judgement) {
    Member written = judgement.written();
    return switch (judgement.repair()) {
      case NONE -> Future.succeededFuture(judgement.shown());
      case PUT_BACK -> putBack(judgement);
      case RECREATED -> recreated(judgement);
      case CONFIRM ->
          reachability
              .observe(catalog.confirm(judgement.stored(), written.wordsOrder()))
              .onSuccess(this::rememberIfAgreed);
      case REMOVE_AGAIN ->
          reachability.observe(catalog.removeAgain(written)).map(judgement.shown());
    };
  }

  /** Puts remembered words back; without the uuid, where the store refuses only that. */
  private Future<Member> putBack(Judgement judgement) {
    Member written = judgement.written();
    String uuid = judgement.stored().uuid();
    return reachability
        .observe(catalog.putBack(written))
        .onSuccess(this::rememberIfAgreed)
        .recover(
            failure ->
                RepairLog.isRefusal(failure) && !Objects.equals(uuid, written.uuid())
                    ? reachability
                        .observe(catalog.putBack(written.withUuid(uuid)))
                        .onSuccess(remembered::remember)
                    : Future.failedFuture(failure));
  }

  /**
   * Puts the words of a member back that the store had forgotten. A member that somebody had
   * removed stays as it is now.
   */
  private Future<Member> recreated(Judgement judgement) {
    Member words = judgement.written();
    return reachability
        .observe(catalog.removal(words))
        .compose(
            removed ->
                removed.isPresent()
                    ? Future.succeededFuture(judgement.stored())
                    : reachability.observe(catalog.putBack(words)))
        .recover(
            failure ->
                RepairLog.isRefusal(failure)
                    ? Future.succeededFuture(judgement.stored())
                    : Future.failedFuture(failure))
        .onSuccess(remembered::remember);
  }

  private void rememberIfAgreed(Member stored) {
    Judgement now = remembered.judge(stored);
    if (now.repair() == Repair.NONE) {
      remembered.rememberFound(now);
    }
  }

  /** Notes that this agent changed a member. What the last read found is older. */
  void changedHere(Member stored) {
    pending.remove(stored.id());
    remembered.rememberChangedHere(stored);
  }

  /**
   * Notes that this agent removed a member.
   *
   * @param last the member as it was, with the order of the removal
   */
  void removedHere(Member last) {
    pending.remove(last.id());
    remembered.rememberRemovedHere(last);
    repairLog.settled(last.id());
  }

  /** Whether members that are missing at this read must not be restored. */
  boolean isTooLateToRestore() {
    return remembered.isTooLateToRestore();
  }

  /**
   * Notes that somebody else removed a member.
   *
   * @param lastSeen the member as it was
   * @param order the order of the removal, 0 where whoever removed the member gave none
   */
  void removedElsewhere(Member lastSeen, long order) {
    long known =
        remembered.present(lastSeen.id()).map(Member::wordsOrder).orElse(lastSeen.wordsOrder());
    if (order > known) {
      remembered.rememberRemoved(lastSeen.withWordsOrder(order));
    } else if (remembered.isTooLateToRestore()) {
      // The member may as well be lost, so that no removal is remembered.
      remembered.forget(lastSeen.id());
    } else {
      // The order is that of the read's beginning, so that a join since then is later.
      Member gone = lastSeen.withWordsOrder(remembered.orderOfRead(known));
      remembered.rememberRemoved(gone);
      removalTraces.add(gone);
    }
    repairLog.settled(lastSeen.id());
  }

  /**
   * Returns members that were changed through this agent and that a read does not find by itself.
   *
   * @param found whether a read finds a member by itself where the member exists
   */
  Set<MemberId> toCheck(Predicate<MemberId> found) {
    return remembered.toCheck(found);
  }

  /**
   * Checks the members that {@link #toCheck} named; completes when all are checked.
   *
   * @param ids the members that were named
   * @param found those of them that the read found
   * @param read the number of the read
   */
  Future<Void> check(Collection<MemberId> ids, List<Member> found, long read) {
    Set<MemberId> missing = new HashSet<>(ids);
    // A member that this agent has written since is newer than what was read.
    missing.removeIf(id -> queue.mayBeOutdated(id, read));
    for (Member member : found) {
      if (missing.remove(member.id())) {
        found(member);
      }
    }
    return missingMembers.check(missing, read);
  }

  /**
   * Ends a read: logs what it found lost, and writes the repairs.
   *
   * @param followed whether reads find a member, or find it missing, by themselves
   */
  Future<Void> repairPending(Predicate<MemberId> followed) {
    remembered.endRead(followed);
    repairLog.logLosses();
    List<Future<?>> repaired = new ArrayList<>();
    pending.values().stream()
        .limit(AT_ONCE)
        .toList()
        .forEach(each -> repaired.add(repairInTurn(each)));
    repaired.add(removalTraces.write(AT_ONCE));
    return Future.join(repaired).transform(done -> Future.succeededFuture());
  }

  private Future<?> repairInTurn(Judgement judgement) {
    MemberId id = judgement.stored().id();
    return queue
        .run(
            id,
            () ->
                pending.get(id) == judgement
                    ? repair(judgement)
                    : Future.succeededFuture(judgement.shown()))
        .onFailure(failure -> repairLog.failed(id, failure));
  }
}

package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final RepairWriter writer;
  private final RemovalTraces removalTraces;
  private final Map<MemberId, RepairDecision> pending = new LinkedHashMap<>();

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
    this.writer = new RepairWriter(catalog, reachability, remembered);
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
    RepairDecision decision = remembered.compare(stored);
    remembered.rememberFound(decision);
    switch (decision.repair()) {
      case NONE -> repairLog.settled(stored.id());
      case CONFIRM -> pending.put(stored.id(), decision);
      case PUT_BACK, RECREATED, REMOVE_AGAIN -> {
        pending.put(stored.id(), decision);
        if (repairLog.lost(decision.written())) {
          remembered.checkAllNextTime();
        }
      }
    }
    return decision.isHidden() ? null : decision.shown();
  }

  /**
   * Returns stored members as they are to be shown, without those that are remembered as removed.
   */
  List<Member> shown(List<Member> stored) {
    remembered.forgetIfAwayTooLong();
    return stored.stream()
        .map(remembered::compare)
        .filter(decision -> !decision.isHidden())
        .map(RepairDecision::shown)
        .toList();
  }

  /**
   * Repairs one member before it is changed; runs in the member's queue.
   *
   * @return completes when the repair is done or has failed; never fails
   */
  Future<Void> beforeChange(MemberId id) {
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
                    : writer.write(remembered.compare(found.get(0))).<Void>mapEmpty())
        .otherwiseEmpty();
  }

  /** Whether a member was changed through this agent, or is remembered as it was. */
  boolean knows(MemberId id) {
    return remembered.present(id).isPresent() || remembered.removed(id).isPresent();
  }

  /** Whether the last read left repairs to do. */
  boolean hasPending() {
    return !pending.isEmpty();
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
  Future<Member> afterJoin(Member stored) {
    pending.remove(stored.id());
    remembered.forgetIfAwayTooLong();
    RepairDecision decision = remembered.compare(stored);
    if (decision.isHidden()) {
      // The join is newer than the removal that is remembered.
      decision = remembered.confirm(stored, decision.written().wordsOrder());
    }
    remembered.rememberFound(decision);
    Member shown = decision.shown();
    return writer.write(decision).otherwise(shown);
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

  private Future<?> repairInTurn(RepairDecision decision) {
    MemberId id = decision.stored().id();
    return queue
        .run(
            id,
            () ->
                pending.get(id) == decision
                    ? writer.write(decision)
                    : Future.succeededFuture(decision.shown()))
        .onFailure(failure -> repairLog.failed(id, failure));
  }
}

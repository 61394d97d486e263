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
 * Makes the store say what {@link RememberedMembers} remembers. What cannot be written now is found
 * again by the next read.
 *
 * <p>Not thread-safe.
 */
final class CatalogRepair {

  private static final Logger LOG = LoggerFactory.getLogger(CatalogRepair.class);

  /** So many members are written at a time; the others after the next read. */
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
   * Takes in a member as it is stored, and mends it after the read where that is needed.
   *
   * @return as it is to be shown; null where it is remembered as removed
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

  /** As they are to be shown. */
  List<Member> shown(List<Member> stored) {
    remembered.forgetIfAwayTooLong();
    return stored.stream()
        .map(remembered::judge)
        .filter(judgement -> !judgement.isHidden())
        .map(Judgement::shown)
        .toList();
  }

  /**
   * Makes the store agree about one member, before something new is said of it. Within its queue.
   *
   * @return whether the member is there; never fails
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

  /** What looks after those that the store lost. */
  MissingMembers missingMembers() {
    return missingMembers;
  }

  /**
   * Makes the store agree with what a join of this agent left. Within the member's queue.
   *
   * @return the member as it is stored then, or is to be
   */
  Future<Member> joined(Member stored) {
    pending.remove(stored.id());
    remembered.forgetIfAwayTooLong();
    Judgement judgement = remembered.judge(stored);
    if (judgement.isHidden()) {
      // Whoever joins it here knows better.
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

  /** A uuid that the store does not take back is no reason to lose the operator's words. */
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
   * Gives a member that a store had forgotten its words back; one that somebody had removed is as
   * it is now.
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

  /** A word was said here and answered: what the last read found is from before that. */
  void changedHere(Member stored) {
    pending.remove(stored.id());
    remembered.rememberChangedHere(stored);
  }

  /** A removal was said here and answered; the member as it was, with the removal's order. */
  void removedHere(Member last) {
    pending.remove(last.id());
    remembered.rememberRemovedHere(last);
    repairLog.settled(last.id());
  }

  /** Whether what is missing at this read is not to be restored. */
  boolean isTooLateToRestore() {
    return remembered.isTooLateToRestore();
  }

  /**
   * A member that somebody removed.
   *
   * @param lastSeen as it was
   * @param order of the removal, 0 where whoever removed it gave none
   */
  void removedElsewhere(Member lastSeen, long order) {
    long known =
        remembered.present(lastSeen.id()).map(Member::wordsOrder).orElse(lastSeen.wordsOrder());
    if (order > known) {
      remembered.rememberRemoved(lastSeen.withWordsOrder(order));
    } else if (remembered.isTooLateToRestore()) {
      // It may as well be lost: nothing is said of it.
      remembered.forget(lastSeen.id());
    } else {
      // Whoever joined it since the read began comes after that.
      Member gone = lastSeen.withWordsOrder(remembered.orderOfRead(known));
      remembered.rememberRemoved(gone);
      removalTraces.add(gone);
    }
    repairLog.settled(lastSeen.id());
  }

  /** What was said here and a read of the others does not find. */
  Set<MemberId> toCheck(Predicate<MemberId> found) {
    return remembered.toCheck(found);
  }

  /**
   * Looks after what {@link #toLookAfter} named; completes when all of it is done.
   *
   * @param ids what was named
   * @param found what the read found of it
   * @param read which read it was
   */
  Future<Void> check(Collection<MemberId> ids, List<Member> found, long read) {
    Set<MemberId> missing = new HashSet<>(ids);
    // What was written here since is newer than what was read.
    missing.removeIf(id -> queue.mayBeOutdated(id, read));
    for (Member member : found) {
      if (missing.remove(member.id())) {
        found(member);
      }
    }
    return missingMembers.check(missing, read);
  }

  /**
   * Writes what the read found to be due, and says what it was.
   *
   * @param followed what reads find by themselves, or find to be missing
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

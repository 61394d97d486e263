package io.servicegroup.catalog;

import io.servicegroup.catalog.WordsKeeper.Judgement;
import io.servicegroup.catalog.WordsKeeper.Mending;
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
 * Makes the store say what {@link WordsKeeper} remembers. What cannot be written now is found again
 * by the next read.
 *
 * <p>Not thread-safe.
 */
final class WordsMender {

  private static final Logger LOG = LoggerFactory.getLogger(WordsMender.class);

  /** So many members are written at a time; the others after the next read. */
  private static final int AT_ONCE = 500;

  private final ServiceCatalog catalog;
  private final StoreGuard guard;
  private final MemberQueue queue;
  private final String store;
  private final WordsKeeper keeper;
  private final WordsLosses losses;
  private final WordsLookout lookout;
  private final RemovalTraces removalTraces;
  private final Map<MemberId, Judgement> due = new LinkedHashMap<>();

  WordsMender(
      ServiceCatalog catalog,
      StoreGuard guard,
      MemberQueue queue,
      String store,
      WordsKeeper keeper,
      WordsLosses losses) {
    this.catalog = catalog;
    this.guard = guard;
    this.queue = queue;
    this.store = store;
    this.keeper = keeper;
    this.losses = losses;
    this.lookout = new WordsLookout(catalog, guard, queue, keeper, losses);
    this.removalTraces = new RemovalTraces(catalog, guard, queue, keeper);
  }

  /** Begins a read. */
  void begin() {
    due.clear();
    keeper
        .begin()
        .ifPresent(
            away ->
                LOG.warn(
                    "The catalogue {} was not read for {} days: removals are remembered for {}, so"
                        + " this agent restores nothing of what it knew before",
                    store,
                    away.toDays(),
                    WordsKeeper.REMEMBERED.toDays()));
  }

  /**
   * Takes in a member as it is stored, and mends it after the read where that is needed.
   *
   * @return as it is to be shown; null where it is remembered as removed
   */
  Member heard(Member stored) {
    Judgement judgement = keeper.judge(stored);
    keeper.heard(judgement);
    switch (judgement.mending()) {
      case NONE -> losses.settled(stored.id());
      case CONFIRM -> due.put(stored.id(), judgement);
      case PUT_BACK, MADE_ANEW, REMOVE_AGAIN -> {
        due.put(stored.id(), judgement);
        if (losses.found(judgement.written())) {
          keeper.doubt();
        }
      }
    }
    return judgement.isHidden() ? null : judgement.shown();
  }

  /** As they are to be shown. */
  List<Member> shown(List<Member> stored) {
    keeper.wake();
    return stored.stream()
        .map(keeper::judge)
        .filter(judgement -> !judgement.isHidden())
        .map(Judgement::shown)
        .toList();
  }

  /**
   * Makes the store agree about one member, before something new is said of it. Within its queue.
   *
   * @return whether the member is there; never fails
   */
  Future<Void> agree(MemberId id) {
    keeper.wake();
    if (keeper.living(id).isEmpty() && keeper.removed(id).isEmpty()) {
      return Future.succeededFuture();
    }
    return guard
        .guard(catalog.find(List.of(id)))
        .compose(
            found ->
                found.isEmpty()
                    ? lookout.missing(id)
                    : agree(keeper.judge(found.get(0))).<Void>mapEmpty())
        .otherwiseEmpty();
  }

  /** What looks after those that the store lost. */
  WordsLookout lookout() {
    return lookout;
  }

  /**
   * Makes the store agree with what a join of this agent left. Within the member's queue.
   *
   * @return the member as it is stored then, or is to be
   */
  Future<Member> joined(Member stored) {
    due.remove(stored.id());
    keeper.wake();
    Judgement judgement = keeper.judge(stored);
    if (judgement.isHidden()) {
      // Whoever joins it here knows better.
      judgement = keeper.confirm(stored, judgement.written().wordsOrder());
    }
    keeper.heard(judgement);
    Member shown = judgement.shown();
    return agree(judgement).otherwise(shown);
  }

  private Future<Member> agree(Judgement judgement) {
    Member written = judgement.written();
    return switch (judgement.mending()) {
      case NONE -> Future.succeededFuture(judgement.shown());
      case PUT_BACK -> putBack(judgement);
      case MADE_ANEW -> madeAnew(judgement);
      case CONFIRM ->
          guard
              .guard(catalog.confirm(judgement.stored(), written.wordsOrder()))
              .onSuccess(this::settled);
      case REMOVE_AGAIN -> guard.guard(catalog.removeAgain(written)).map(judgement.shown());
    };
  }

  /** A uuid that the store does not take back is no reason to lose the operator's words. */
  private Future<Member> putBack(Judgement judgement) {
    Member written = judgement.written();
    String uuid = judgement.stored().uuid();
    return guard
        .guard(catalog.putBack(written))
        .onSuccess(this::settled)
        .recover(
            failure ->
                WordsLosses.isRefusal(failure) && !Objects.equals(uuid, written.uuid())
                    ? guard
                        .guard(catalog.putBack(written.withUuid(uuid)))
                        .onSuccess(keeper::remember)
                    : Future.failedFuture(failure));
  }

  /**
   * Gives a member that a store had forgotten its words back; one that somebody had removed is as
   * it is now.
   */
  private Future<Member> madeAnew(Judgement judgement) {
    Member words = judgement.written();
    return guard
        .guard(catalog.removal(words))
        .compose(
            removed ->
                removed.isPresent()
                    ? Future.succeededFuture(judgement.stored())
                    : guard.guard(catalog.putBack(words)))
        .recover(
            failure ->
                WordsLosses.isRefusal(failure)
                    ? Future.succeededFuture(judgement.stored())
                    : Future.failedFuture(failure))
        .onSuccess(keeper::remember);
  }

  private void settled(Member stored) {
    Judgement now = keeper.judge(stored);
    if (now.mending() == Mending.NONE) {
      keeper.heard(now);
    }
  }

  /** A word was said here and answered: what the last read found is from before that. */
  void said(Member stored) {
    due.remove(stored.id());
    keeper.said(stored);
  }

  /** A removal was said here and answered; the member as it was, with the removal's order. */
  void removedHere(Member last) {
    due.remove(last.id());
    keeper.removedHere(last);
    losses.settled(last.id());
  }

  /** Whether what is missing at this read is not to be restored. */
  boolean isCutOff() {
    return keeper.isCutOff();
  }

  /**
   * A member that somebody removed.
   *
   * @param lastSeen as it was
   * @param order of the removal, 0 where whoever removed it gave none
   */
  void removed(Member lastSeen, long order) {
    long known = keeper.living(lastSeen.id()).map(Member::wordsOrder).orElse(lastSeen.wordsOrder());
    if (order > known) {
      keeper.removed(lastSeen.withWordsOrder(order));
    } else if (keeper.isCutOff()) {
      // It may as well be lost: nothing is said of it.
      keeper.forget(lastSeen.id());
    } else {
      // Whoever joined it since the read began comes after that.
      Member gone = lastSeen.withWordsOrder(keeper.orderOfRead(known));
      keeper.removed(gone);
      removalTraces.add(gone);
    }
    losses.settled(lastSeen.id());
  }

  /** What was said here and a read of the others does not find. */
  Set<MemberId> toLookAfter(Predicate<MemberId> found) {
    return keeper.toLookAfter(found);
  }

  /**
   * Looks after what {@link #toLookAfter} named; completes when all of it is done.
   *
   * @param ids what was named
   * @param found what the read found of it
   * @param read which read it was
   */
  Future<Void> lookAfter(Collection<MemberId> ids, List<Member> found, long read) {
    Set<MemberId> missing = new HashSet<>(ids);
    // What was written here since is newer than what was read.
    missing.removeIf(id -> queue.mayBeOutdated(id, read));
    for (Member member : found) {
      if (missing.remove(member.id())) {
        heard(member);
      }
    }
    return lookout.missing(missing, read);
  }

  /**
   * Writes what the read found to be due, and says what it was.
   *
   * @param followed what reads find by themselves, or find to be missing
   */
  Future<Void> mend(Predicate<MemberId> followed) {
    keeper.ended(followed);
    losses.say();
    List<Future<?>> mended = new ArrayList<>();
    due.values().stream().limit(AT_ONCE).toList().forEach(each -> mended.add(mend(each)));
    mended.add(removalTraces.write(AT_ONCE));
    return Future.join(mended).transform(done -> Future.succeededFuture());
  }

  private Future<?> mend(Judgement judgement) {
    MemberId id = judgement.stored().id();
    return queue
        .run(
            id,
            () ->
                due.get(id) == judgement
                    ? agree(judgement)
                    : Future.succeededFuture(judgement.shown()))
        .onFailure(failure -> losses.failed(id, failure));
  }
}

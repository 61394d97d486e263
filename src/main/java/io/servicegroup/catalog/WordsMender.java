package io.servicegroup.catalog;

import io.servicegroup.bus.Concerns;
import io.servicegroup.catalog.WordsKeeper.Judgement;
import io.servicegroup.catalog.WordsKeeper.Mending;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Portions;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the store say what {@link WordsKeeper} remembers, and says once what it lost. What cannot
 * be written now is found again by the next read.
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
  private final Burials burials;
  private final Map<MemberId, Judgement> due = new LinkedHashMap<>();
  private final WordsLog log;

  WordsMender(
      ServiceCatalog catalog,
      StoreGuard guard,
      MemberQueue queue,
      Concerns concerns,
      String store,
      WordsKeeper keeper) {
    this.catalog = catalog;
    this.guard = guard;
    this.queue = queue;
    this.log = new WordsLog(store, concerns);
    this.store = store;
    this.keeper = keeper;
    this.burials = new Burials(catalog, guard, queue, keeper);
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
    if (judgement.mending() != Mending.NONE) {
      due.put(stored.id(), judgement);
    }
    return judgement.isHidden() ? null : judgement.shown();
  }

  /** As they are to be shown. */
  List<Member> shown(List<Member> stored) {
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
    if (keeper.living(id).isEmpty() && keeper.removed(id).isEmpty()) {
      return Future.succeededFuture();
    }
    return guard
        .guard(catalog.find(List.of(id)))
        .compose(
            found ->
                found.isEmpty() ? missing(id) : agree(keeper.judge(found.get(0))).<Void>mapEmpty())
        .otherwiseEmpty();
  }

  /**
   * Makes the store agree with what a join of this agent left. Within the member's queue.
   *
   * @return the member as it is stored then, or is to be
   */
  Future<Member> joined(Member stored) {
    Judgement judgement = keeper.judge(stored);
    if (judgement.isHidden()) {
      // Whoever joins it here knows better.
      long order = keeper.next(judgement.written().wordsOrder());
      judgement = new Judgement(stored, Mending.CONFIRM, stored.withWordsOrder(order));
    }
    keeper.heard(judgement);
    Member shown = judgement.shown();
    return agree(judgement).otherwise(shown);
  }

  private Future<Member> agree(Judgement judgement) {
    Member written = judgement.written();
    return switch (judgement.mending()) {
      case NONE -> Future.succeededFuture(judgement.shown());
      case PUT_BACK -> guard.guard(catalog.putBack(written)).onSuccess(this::settled);
      case CONFIRM ->
          guard
              .guard(catalog.confirm(judgement.shown(), written.wordsOrder()))
              .onSuccess(this::settled);
      case BURY -> guard.guard(catalog.bury(written)).map(judgement.shown());
    };
  }

  private void settled(Member stored) {
    Judgement now = keeper.judge(stored);
    if (now.mending() == Mending.NONE) {
      keeper.heard(now);
    }
  }

  /** A word was said here and answered. */
  void said(Member stored) {
    keeper.said(stored);
  }

  /** A removal was said here and answered; the member as it was, with the removal's order. */
  void removedHere(Member last) {
    keeper.removedHere(last);
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
    boolean ordered = order > known;
    Member gone = lastSeen.withWordsOrder(ordered ? order : keeper.next(known));
    keeper.removed(gone);
    if (!ordered) {
      burials.add(gone);
    }
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
    List<Member> remembered = missing.stream().flatMap(id -> remembered(id).stream()).toList();
    return Portions.inTurn(remembered, AT_ONCE, some -> lookAfter(some, read))
        .transform(done -> Future.succeededFuture());
  }

  private Future<?> lookAfter(List<Member> missing, long read) {
    return guard
        .guard(catalog.removals(missing))
        .compose(
            removals ->
                Future.join(
                    missing.stream()
                        .map(Member::id)
                        .filter(id -> !queue.mayBeOutdated(id, read))
                        .map(id -> queue.run(id, () -> missing(id, removals.get(id))))
                        .toList()));
  }

  private Optional<Member> remembered(MemberId id) {
    return keeper.removed(id).or(() -> keeper.living(id));
  }

  /** A member that was spoken of here is not there. Fails where the store cannot be asked. */
  private Future<Void> missing(MemberId id) {
    return remembered(id)
        .map(
            member ->
                guard
                    .guard(catalog.removals(List.of(member)))
                    .compose(removals -> missing(id, removals.get(id))))
        .orElseGet(Future::succeededFuture);
  }

  /** What the store knows of its removal: its order, 0 for a removal without one, null for none. */
  private Future<Void> missing(MemberId id, Long removal) {
    Member gone = keeper.removed(id).orElse(null);
    Member alive = keeper.living(id).orElse(null);
    if (gone != null) {
      return removal != null && removal >= gone.wordsOrder()
          ? Future.succeededFuture()
          : lost(id, guard.guard(catalog.bury(gone)).mapEmpty());
    }
    return alive == null || removal != null
        ? Future.succeededFuture()
        : lost(id, guard.guard(catalog.restore(alive)).mapEmpty());
  }

  private Future<Void> lost(MemberId id, Future<Void> mended) {
    keeper.doubt();
    log.lost(id);
    return mended.onFailure(failure -> log.failed(id, failure));
  }

  /** Writes what the read found to be due, and says what it was. */
  Future<Void> mend() {
    keeper.ended();
    List<Future<?>> mended = new ArrayList<>();
    due.entrySet().stream()
        .limit(AT_ONCE)
        .forEach(
            each -> {
              MemberId id = each.getKey();
              Judgement judgement = each.getValue();
              if (judgement.mending() != Mending.CONFIRM) {
                log.lost(id);
              }
              mended.add(
                  queue
                      .run(id, () -> agree(judgement))
                      .onSuccess(done -> log.mended(id))
                      .onFailure(failure -> log.failed(id, failure)));
            });
    log.say();
    mended.add(burials.write(AT_ONCE));
    return Future.join(mended).transform(done -> Future.succeededFuture());
  }
}

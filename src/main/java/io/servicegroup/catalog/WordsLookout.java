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
 * Looks after members that were spoken of here and that a read did not find: what was removed here
 * stays removed, what was lost is restored, and what somebody else removed is his to look after.
 *
 * <p>Not thread-safe.
 */
final class WordsLookout {

  /** So many members are asked about at a time. */
  private static final int AT_ONCE = 500;

  private final ServiceCatalog catalog;
  private final StoreGuard guard;
  private final MemberQueue queue;
  private final WordsKeeper keeper;
  private final WordsLosses losses;

  WordsLookout(
      ServiceCatalog catalog,
      StoreGuard guard,
      MemberQueue queue,
      WordsKeeper keeper,
      WordsLosses losses) {
    this.catalog = catalog;
    this.guard = guard;
    this.queue = queue;
    this.keeper = keeper;
    this.losses = losses;
  }

  /**
   * Looks after members that a read did not find, all of them in one question.
   *
   * @param ids the members
   * @param read which read it was
   * @return done; never fails: where the store could not be asked, the next read asks again
   */
  Future<Void> missing(Collection<MemberId> ids, long read) {
    List<Member> remembered = ids.stream().flatMap(id -> remembered(id).stream()).toList();
    return Portions.inTurn(remembered, AT_ONCE, some -> missing(some, read))
        .otherwise(
            failure -> {
              keeper.doubt();
              return null;
            });
  }

  private Future<?> missing(List<Member> some, long read) {
    return removals(some)
        .compose(
            removals ->
                Future.join(
                        some.stream()
                            .map(Member::id)
                            .filter(id -> !queue.mayBeOutdated(id, read))
                            .map(id -> queue.run(id, () -> missing(id, removals.get(id))))
                            .toList())
                    .transform(done -> Future.succeededFuture()));
  }

  /** One member that is not there, within its queue. Fails where the store cannot be asked. */
  Future<Void> missing(MemberId id) {
    return remembered(id)
        .map(member -> removals(List.of(member)).compose(removals -> missing(id, removals.get(id))))
        .orElseGet(Future::succeededFuture);
  }

  /**
   * Restores a member that the store lost, for whoever is to change it.
   *
   * @return whether it is there by this; fails with why the store refuses it
   */
  Future<Boolean> restore(MemberId id) {
    return keeper
        .living(id)
        .map(lost -> guard.guard(catalog.restore(lost)))
        .orElse(Future.succeededFuture(false));
  }

  /**
   * Removes a member that the store lost and that it may refuse to take back: it is remembered, and
   * so it is listed.
   *
   * @param notFound what it fails with where none is remembered
   * @return the member as it was, with the order of its removal
   */
  Future<Member> remove(MemberId id, Throwable notFound) {
    return keeper
        .living(id)
        .map(lost -> lost.withWordsOrder(keeper.next(lost.wordsOrder())))
        .map(gone -> guard.guard(catalog.trace(gone)).map(gone))
        .orElseGet(() -> Future.failedFuture(notFound));
  }

  private Future<Map<MemberId, Long>> removals(List<Member> some) {
    return guard.guard(catalog.removals(some));
  }

  /** As it was before it was removed: the removal that is remembered is asked about, too. */
  private Optional<Member> remembered(MemberId id) {
    return keeper
        .removed(id)
        .map(gone -> gone.withWordsOrder(gone.wordsOrder() - 1))
        .or(() -> keeper.living(id));
  }

  /** What the store knows of its removal: its order, 0 for a removal without one, null for none. */
  private Future<Void> missing(MemberId id, Long removal) {
    Member gone = keeper.removed(id).orElse(null);
    Member alive = keeper.living(id).orElse(null);
    if (gone != null) {
      if (removal != null && removal >= gone.wordsOrder()) {
        losses.settled(id);
        return Future.succeededFuture();
      }
      return mended(gone, guard.guard(catalog.trace(gone)));
    }
    if (alive == null) {
      return Future.succeededFuture();
    }
    if (removal != null) {
      losses.settled(id);
      keeper.forget(id);
      return Future.succeededFuture();
    }
    return mended(alive, guard.guard(catalog.restore(alive)));
  }

  private Future<Void> mended(Member remembered, Future<?> mending) {
    if (losses.found(remembered)) {
      keeper.doubt();
    }
    return mending.onFailure(failure -> losses.failed(remembered.id(), failure)).mapEmpty();
  }
}

package io.servicegroup.catalog;

import io.servicegroup.catalog.StoredMembers.Found;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Removes members from a catalogue of documents. Each removal leaves a trace with its order, and
 * releases the claim to the member's binary.
 */
final class DocumentRemovals {

  private final OptimisticRetry retry;
  private final StoredMembers stored;
  private final ConditionalChanges conditional;
  private final BinaryClaims claims;

  DocumentRemovals(
      OptimisticRetry retry,
      StoredMembers stored,
      ConditionalChanges conditional,
      BinaryClaims claims) {
    this.retry = retry;
    this.stored = stored;
    this.conditional = conditional;
    this.claims = claims;
  }

  /** Does what {@link ServiceCatalog#delete} promises. */
  Future<Member> delete(MemberId id) {
    return retry
        .repeat(
            id,
            () ->
                stored
                    .read(id)
                    .compose(
                        found -> {
                          if (found.document() == null) {
                            throw ServiceCatalog.missing(id);
                          }
                          Member last =
                              found.member() == null ? Member.uncatalogued(id) : found.member();
                          long order = stored.next(found.order());
                          return remove(found, last.withWordsOrder(order));
                        }))
        .compose(this::releaseClaim);
  }

  /** Does what {@link ServiceCatalog#removeAgain} promises. */
  Future<Boolean> removeAgain(Member last) {
    return retry
        .repeat(last.id(), () -> stored.read(last.id()).compose(found -> removeAgain(found, last)))
        .compose(
            removed ->
                removed.isPresent() ? releaseClaim(last).map(true) : Future.succeededFuture(false));
  }

  private Future<Optional<Member>> removeAgain(Found found, Member last) {
    if (found.document() == null) {
      return stored.traceAbsent(last.id(), last.wordsOrder()).map(Optional.empty());
    }
    if (isLater(found.member(), last)) {
      return Future.succeededFuture(Optional.empty());
    }
    return remove(found, last).map(Optional::of);
  }

  /** Whether an operator changed a member, or an agent joined it, after its removal. */
  private static boolean isLater(Member there, Member removed) {
    return there != null
        && (there.wordsOrder() > removed.wordsOrder() || there.isAnotherThan(removed));
  }

  /**
   * Writes the trace of the removal, then removes the document as it was read. Whoever changed the
   * document since may have deleted the trace, so that the whole removal is repeated then.
   */
  private Future<Member> remove(Found found, Member last) {
    return stored
        .trace(last.id(), last.wordsOrder())
        .compose(traced -> conditional.remove(found.document()))
        .compose(done -> OptimisticRetry.ifWritten(done, last));
  }

  /**
   * Releases the claim of a deleted member. A failure is ignored: anybody may take over a claim
   * without a member.
   */
  private Future<Member> releaseClaim(Member member) {
    return claims
        .release(member.id(), member.binary())
        .transform(any -> Future.succeededFuture(member));
  }
}

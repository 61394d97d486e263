package io.servicegroup.catalog;

import io.servicegroup.catalog.ServiceCatalog.Joined;
import io.servicegroup.catalog.StoredMembers.Found;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.UUID;

/**
 * Adds members to a catalogue of documents: by a join, by adoption from another catalogue, or by
 * restoring what the store lost. Each needs the claim to the member's binary first.
 *
 * <p>A new generation is greater than the one before and at least the time in microseconds. A
 * member that was deleted, or that the store lost, therefore never gets a generation that
 * evaluators have seen before.
 */
final class DocumentAdditions {

  private final OptimisticRetry retry;
  private final DocumentStore store;
  private final StoredMembers stored;
  private final BinaryClaims claims;
  private final Clock clock;
  private long newestGeneration;

  DocumentAdditions(
      OptimisticRetry retry,
      DocumentStore store,
      StoredMembers stored,
      BinaryClaims claims,
      Clock clock) {
    this.retry = retry;
    this.store = store;
    this.stored = stored;
    this.claims = claims;
    this.clock = clock;
  }

  Future<Joined> join(
      ServiceSpec spec, String agent, Set<String> backends, long floor, Incarnation continued) {
    newestGeneration = Math.max(newestGeneration, floor);
    return retry.repeat(
        spec.id(),
        () -> {
          // This read shares a round trip with the claim. Most members that join existed before a
          // restart.
          Future<Found> before = stored.read(spec.id());
          return claims
              .claim(spec.id(), spec.binary())
              .compose(
                  claimed ->
                      claimed
                          ? store(spec, agent, backends, continued, before)
                          : OptimisticRetry.overtaken());
        });
  }

  /**
   * Writes a member that has its claim. A member that had the binary already may have been read
   * before the claim: the claim is valid for as long as the member's document is unchanged. Any
   * other member is read after the claim.
   */
  private Future<Joined> store(
      ServiceSpec spec,
      String agent,
      Set<String> backends,
      Incarnation continued,
      Future<Found> before) {
    return before
        .compose(
            known ->
                known.member() != null && known.member().binary().equals(spec.binary())
                    ? Future.succeededFuture(known)
                    : stored.read(spec.id()))
        .compose(
            found -> {
              Member old = found.member();
              Incarnation life = newLife(old, continued);
              Member joined = joined(spec, agent, backends, life, found);
              return stored
                  .write(found, joined)
                  .compose(
                      written ->
                          written
                              ? settle(new Joined(joined, old == null), old)
                              : OptimisticRetry.overtaken());
            });
  }

  private Incarnation newLife(Member old, Incarnation continued) {
    long before = old == null || old.incarnation() == null ? 0 : old.incarnation().generation();
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    long generation = Incarnation.next(Math.max(newestGeneration, before), now);
    newestGeneration = generation;
    return new Incarnation(generation, Incarnation.newNonce(continued));
  }

  private Member joined(
      ServiceSpec spec, String agent, Set<String> backends, Incarnation life, Found found) {
    Member old = found.member();
    Member joined =
        new Member(
            spec.id(),
            spec.binary(),
            UUID.randomUUID().toString(),
            spec.version(),
            spec.metadata(),
            false,
            null,
            false,
            life,
            agent,
            backends,
            null);
    if (old != null) {
      return joined.withWordsOf(old);
    }
    // A join after a removal must be later than the removal in the order of words. The first join
    // of all has no order yet.
    return joined.withWordsOrder(
        found.removal().isPresent() ? stored.next(found.removal().getAsLong()) : 0);
  }

  /**
   * Settles the claims after the member was written: a new claim must still belong to the member,
   * and the claim to its former binary is released.
   */
  private Future<Joined> settle(Joined joined, Member old) {
    Member member = joined.member();
    if (old != null && old.binary().equals(member.binary())) {
      return Future.succeededFuture(joined);
    }
    return claims
        .belongsTo(member.id(), member.binary())
        .compose(
            holds -> {
              if (!holds) {
                return undo(member, old).compose(undone -> OptimisticRetry.overtaken());
              }
              return old == null
                  ? Future.succeededFuture(joined)
                  : claims.release(member.id(), old.binary()).map(joined);
            });
  }

  private Future<Boolean> undo(Member member, Member old) {
    return stored
        .read(member.id())
        .compose(
            found -> {
              if (!member.equals(found.member())) {
                return Future.succeededFuture(false);
              }
              return old == null ? unjoin(found, member) : stored.write(found, old);
            });
  }

  /**
   * Removes a member whose join is undone. The join had deleted the trace of an earlier removal,
   * which is written again.
   */
  private Future<Boolean> unjoin(Found found, Member member) {
    long joined = member.wordsOrder();
    Future<Void> traced =
        joined > 0 ? stored.trace(member.id(), joined - 1) : Future.succeededFuture();
    return traced.compose(done -> store.remove(found.document()));
  }

  Future<Boolean> adopt(Member member) {
    MemberId id = member.id();
    return retry.repeat(
        id,
        () ->
            claims
                .claim(id, member.binary())
                .compose(claimed -> claimed ? stored.read(id) : OptimisticRetry.overtaken())
                .compose(
                    found -> {
                      Member old = found.member();
                      if (old != null && (old.sameAs(member) || old.isLaterIncarnationOf(member))) {
                        return Future.succeededFuture(false);
                      }
                      // An adoption, like a join, must be later than a removal in the order of
                      // words.
                      long before = found.order() + (found.removal().isPresent() ? 1 : 0);
                      long order = Math.max(member.wordsOrder(), before);
                      Member adopted = member.withLastSeenUp(null).withWordsOrder(order);
                      return stored
                          .write(found, adopted)
                          .compose(
                              done ->
                                  done
                                      ? settle(new Joined(adopted, old == null), old)
                                      : OptimisticRetry.overtaken())
                          .map(true);
                    }));
  }

  Future<Boolean> restore(Member member) {
    return retry.repeat(
        member.id(),
        () ->
            claims
                .claim(member.id(), member.binary())
                .compose(
                    claimed -> claimed ? stored.restore(member) : OptimisticRetry.overtaken()));
  }
}

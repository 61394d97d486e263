package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The order in which members are joined where not all can be at once. First come members that were
 * up a moment ago, beginning with the one whose last beat expires first; then other members of the
 * catalogue; then members that the catalogue does not have, which nobody misses yet.
 *
 * <p>The time of a beat is taken by the store's clock and is compared with the times of other beats
 * only. Of a store that does not keep these times it is known only which members it has.
 *
 * <p>Not thread-safe.
 */
final class JoinOrder implements Comparator<MemberId> {

  private final Function<MemberId, Duration> downTime;
  private final Map<MemberId, Instant> known = new HashMap<>();
  private Instant newest = Instant.EPOCH;

  /** The ranks in the order of joins. */
  private enum Rank {
    RECENTLY_UP,
    KNOWN,
    UNKNOWN
  }

  /**
   * Creates an order that knows no members yet.
   *
   * @param downTime returns the length of silence after which a member is down
   */
  JoinOrder(Function<MemberId, Duration> downTime) {
    this.downTime = downTime;
  }

  /**
   * Reads the services that are to be joined from the catalogue.
   *
   * @return completes when the catalogue has answered, or could not be asked; never fails
   */
  Future<Void> learn(
      StoreReachability reachability, ServiceCatalog catalog, Collection<ServiceSpec> services) {
    return services.isEmpty()
        ? Future.succeededFuture()
        : reachability
            .observe(catalog.find(services.stream().map(ServiceSpec::id).toList()))
            .onSuccess(found -> found.forEach(this::saw))
            .<Void>mapEmpty()
            .otherwiseEmpty();
  }

  /** Takes in a member as the catalogue has it before its join. */
  void saw(Member member) {
    Instant beat = member.lastSeenUp() == null ? Instant.EPOCH : member.lastSeenUp();
    known.put(member.id(), beat);
    newest = beat.isAfter(newest) ? beat : newest;
  }

  /** Forgets a member that has joined: its last beat says nothing about its next join. */
  void joined(MemberId id) {
    known.remove(id);
  }

  @Override
  public int compare(MemberId one, MemberId other) {
    Rank rank = rank(one);
    int byRank = rank.compareTo(rank(other));
    if (byRank != 0 || rank != Rank.RECENTLY_UP) {
      return byRank;
    }
    return expiry(one).compareTo(expiry(other));
  }

  private Rank rank(MemberId id) {
    if (!known.containsKey(id)) {
      return Rank.UNKNOWN;
    }
    // Where no beat is known, all known members have the same rank.
    return expiry(id).isBefore(newest) ? Rank.KNOWN : Rank.RECENTLY_UP;
  }

  private Instant expiry(MemberId id) {
    return known.get(id).plus(downTime.apply(id));
  }
}

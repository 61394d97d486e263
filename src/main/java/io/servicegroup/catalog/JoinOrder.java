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
 * Who is to be joined first where not all can be at once: members that were up a moment ago, those
 * first whose last beat runs out soonest; then others that the catalogue has; then those that it
 * does not have, whom nobody misses yet.
 *
 * <p>When a beat was is told by the clock of the store that took it, and compared with other beats
 * only. A store that does not keep it tells no more than that it has the member.
 *
 * <p>Not thread-safe.
 */
final class JoinOrder implements Comparator<MemberId> {

  private final Function<MemberId, Duration> downTime;
  private final Map<MemberId, Instant> known = new HashMap<>();
  private Instant newest = Instant.EPOCH;

  /**
   * Makes one that knows nobody.
   *
   * @param downTime after how much silence a member is down
   */
  JoinOrder(Function<MemberId, Duration> downTime) {
    this.downTime = downTime;
  }

  /**
   * Asks the catalogue about those who are to be joined.
   *
   * @return completes when it has answered, or could not be asked; never fails
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

  /** A member as the catalogue has it before its join. */
  void saw(Member member) {
    Instant beat = member.lastSeenUp() == null ? Instant.EPOCH : member.lastSeenUp();
    known.put(member.id(), beat);
    newest = beat.isAfter(newest) ? beat : newest;
  }

  /** It is joined: what was known of it says nothing about the next time. */
  void joined(MemberId id) {
    known.remove(id);
  }

  @Override
  public int compare(MemberId one, MemberId other) {
    int byRank = Integer.compare(rank(one), rank(other));
    return byRank != 0 || rank(one) > 0 ? byRank : runsOut(one).compareTo(runsOut(other));
  }

  private int rank(MemberId id) {
    if (!known.containsKey(id)) {
      return 2;
    }
    // Where nobody is known to have beaten, all that are known are alike.
    return runsOut(id).isBefore(newest) ? 1 : 0;
  }

  private Instant runsOut(MemberId id) {
    return known.get(id).plus(downTime.apply(id));
  }
}

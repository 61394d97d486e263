package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The members that news named since the last read, and the read of these alone: of a join of a
 * hundred members a large catalogue is not read.
 *
 * <p>Not thread-safe.
 */
final class NamedMembers {

  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final WatchScope scope;
  private final MemberQueue queue;
  private final CatalogRepair repair;
  private final FollowedMembers followed;
  private final ServedMembers served;
  private final CatalogListener listener;
  private Set<MemberId> named = new HashSet<>();

  /** Creates an object that has heard no news. */
  NamedMembers(
      ServiceCatalog catalog,
      StoreReachability reachability,
      WatchScope scope,
      MemberQueue queue,
      CatalogRepair repair,
      FollowedMembers followed,
      ServedMembers served,
      CatalogListener listener) {
    this.catalog = catalog;
    this.reachability = reachability;
    this.scope = scope;
    this.queue = queue;
    this.repair = repair;
    this.followed = followed;
    this.served = served;
    this.listener = listener;
  }

  /**
   * Adds the named members that are followed here or were changed through this agent.
   *
   * @param news which names members
   * @return whether there are such
   */
  boolean add(MemberNews news) {
    boolean any = false;
    for (MemberId id : news.members()) {
      if (scope.covers(id, served.get(id).isPresent()) || followed.has(id) || repair.knows(id)) {
        named.add(id);
        any = true;
      }
    }
    return any;
  }

  /** How many members the next read reads. */
  int size() {
    return named.size();
  }

  /** Forgets the names, because a read of all begins. */
  void clear() {
    named = new HashSet<>();
  }

  /**
   * Reads the members and takes them in. Those that this agent writes meanwhile are left to the
   * next read.
   *
   * @return whether each member is there as its agent wrote it; otherwise a read of all decides
   *     what was removed, lost or taken over
   */
  Future<Boolean> read() {
    Set<MemberId> ids = named;
    named = new HashSet<>();
    if (ids.isEmpty()) {
      return Future.succeededFuture(true);
    }
    long read = queue.beginRead();
    return reachability
        .observe(catalog.find(ids))
        .map(found -> queue.isLatest(read) && compare(found, read, ids.size()));
  }

  private boolean compare(List<Member> found, long read, int asked) {
    boolean isEnough = found.size() == asked;
    List<Member> current = new ArrayList<>();
    for (Member member : found) {
      MemberId id = member.id();
      if (queue.mayBeOutdated(id, read)) {
        named.add(id);
      } else {
        // A slow read of all that is still under way may not show what this one found.
        queue.touch(id);
        current.add(member);
        isEnough &= served.get(id).map(own -> isAsExpected(own, member.incarnation())).orElse(true);
      }
    }
    listener.found(current);
    return isEnough && !repair.hasPending();
  }

  /** Whether a read of all would find nothing to do about a member of this agent. */
  private static boolean isAsExpected(ServedMembers.Served own, Incarnation stored) {
    return switch (own.state()) {
      case SERVED -> own.incarnation().equals(stored);
      case NOT_BEATING, SUPERSEDED -> stored != null && stored.isNewerThan(own.incarnation());
      case ABANDONED -> false;
      case CONFLICT, LEFT, JOINED_BEFORE_RESTART, MOVED -> true;
    };
  }
}

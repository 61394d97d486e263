package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.runtime.Portions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds changes that other agents and programs made to the followed members. It reads all of them
 * periodically, and those at once of which the store notifies, and compares them with what it knew.
 * Members that this agent writes during a read are left to the next read.
 */
final class CatalogFollower implements CatalogReadPace.Reader {

  /** The number of members that one question to the store names, and that one read restores. */
  private static final int AT_ONCE = 500;

  private static final Logger LOG = LoggerFactory.getLogger(CatalogFollower.class);

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final WatchScope scope;
  private final MemberQueue queue;
  private final CatalogListener listener;
  private final CatalogRepair repair;
  private final FollowedMembers followed;
  private final ServedMembers served;
  private final ChangeNotifications notifications = new ChangeNotifications();
  private final NamedMembers named;
  private final CatalogReadPace pace;
  private Set<MemberId> lost = Set.of();

  /** Whether the read in progress found something that a later read has to look at again. */
  private boolean unsettled;

  CatalogFollower(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreReachability reachability,
      WatchScope scope,
      MemberQueue queue,
      CatalogRepair repair,
      FollowedMembers followed,
      ServedMembers served,
      CatalogListener listener) {
    this.vertx = vertx;
    this.catalog = catalog;
    this.reachability = reachability;
    this.scope = scope;
    this.queue = queue;
    this.repair = repair;
    this.followed = followed;
    this.served = served;
    this.listener = listener;
    this.named =
        new NamedMembers(catalog, reachability, scope, queue, repair, followed, served, listener);
    this.pace = new CatalogReadPace(vertx, notifications::telling, this);
  }

  /** Reads once and, where that succeeds, goes on reading until it is stopped. */
  Future<Void> start(Duration pollInterval, Duration reportInterval) {
    return pace.start(
        pollInterval, reportInterval, () -> notifications.request(catalog, this::told));
  }

  /**
   * Reads where news concerns members that are followed here or were changed through this agent.
   */
  private void told(MemberNews news) {
    if (news.members().isEmpty()) {
      pace.hastenAmongAll();
      return;
    }
    if (named.add(news)) {
      pace.hastenNamed(scope.lists());
    }
  }

  /** Hastens the next read, as many agents do at the same time. */
  void hastenWithOthers() {
    pace.hastenAmongAll();
  }

  Future<Void> stop() {
    return pace.stop();
  }

  /** Hastens the next read, because the catalogue may have changed. */
  void hasten() {
    pace.hasten();
  }

  @Override
  public Future<Boolean> readAll() {
    unsettled = false;
    named.clear();
    long started = System.nanoTime();
    long read = queue.beginRead();
    Set<MemberId> joinedHere = served.ids();
    repair.beginRead();
    Set<MemberId> toCheck = repair.toCheck(id -> scope.covers(id, joinedHere.contains(id)));
    Future<List<Member>> others = reachability.observe(catalog.find(toCheck));
    return reachability
        .observe(scope.read(catalog, joinedHere))
        .compose(found -> others.compose(more -> compare(found, read, joinedHere)))
        .compose(done -> repair.check(toCheck, others.result(), read))
        .compose(done -> repair.repairPending(followed::has))
        .map(done -> !unsettled && !repair.hasPending() && !reachability.isAway())
        .onComplete(end -> tell(started, followed.size(), end.succeeded()));
  }

  @Override
  public Future<Boolean> readNamed() {
    long started = System.nanoTime();
    int members = named.size();
    return named
        .read()
        .onSuccess(
            enough -> {
              if (named.size() > 0) {
                pace.hastenNamed(scope.lists());
              }
            })
        .onComplete(end -> tell(started, members, end.succeeded()));
  }

  private void tell(long started, int members, boolean succeeded) {
    Topics.WORK.publish(vertx, RemoteWork.read(started, members, succeeded));
  }

  private Future<Void> compare(List<Member> found, long read, Set<MemberId> joinedHere) {
    Map<MemberId, Member> now = new HashMap<>();
    found.forEach(member -> now.put(member.id(), member));
    List<Member> current =
        found.stream().filter(member -> !queue.mayBeOutdated(member.id(), read)).toList();
    unsettled |= current.size() < found.size();
    listener.found(current);
    List<Member> missing =
        followed.all().stream()
            .filter(member -> !now.containsKey(member.id()))
            .filter(member -> !queue.mayBeOutdated(member.id(), read))
            .toList();
    List<ServedMembers.Served> forgotten = new ArrayList<>();
    for (MemberId id : joinedHere) {
      if (now.containsKey(id) && !queue.mayBeOutdated(id, read)) {
        served.get(id).ifPresent(own -> compare(own, now.get(id).incarnation(), forgotten));
      }
    }
    unsettled |= !missing.isEmpty() || !forgotten.isEmpty();
    if (!forgotten.isEmpty()) {
      listener.joinsForgotten(forgotten);
    }
    return decideMissing(missing, read);
  }

  /**
   * Compares the stored incarnation of a member of this agent with the agent's own. A newer one was
   * begun by another agent; any other one is older, so that the catalogue does not know our last
   * join.
   */
  private void compare(
      ServedMembers.Served own, Incarnation stored, List<ServedMembers.Served> forgotten) {
    boolean ours = own.incarnation().equals(stored);
    boolean newer = stored != null && stored.isNewerThan(own.incarnation());
    switch (own.state()) {
      case SERVED -> {
        if (newer) {
          listener.superseded(own);
        } else if (!ours) {
          forgotten.add(own);
        }
      }
      // Either nobody beats for the member yet, or a backend has an incarnation that the catalogue
      // does not know.
      case NOT_BEATING, SUPERSEDED -> {
        if (!newer) {
          forgotten.add(own);
        }
      }
      case ABANDONED -> {
        unsettled = true;
        listener.abandoned(own);
      }
      case CONFLICT, LEFT, JOINED_BEFORE_RESTART, MOVED -> {}
    }
  }

  /** Decides of each member that a read did not find whether it was deleted or is lost. */
  private Future<Void> decideMissing(List<Member> missing, long read) {
    Set<MemberId> lostNow = new HashSet<>(scope.lists() ? catalog.lost() : Set.of());
    Map<String, String> unreadable = catalog.unreadable();
    listener.unreadable(unreadable);
    unsettled |= !lostNow.isEmpty() || !unreadable.isEmpty();
    List<Member> absent = new ArrayList<>();
    for (Member member : missing) {
      if (unreadable.containsKey(member.id().toString())) {
        // Something unreadable stands in its place: an agent that remembers the member writes it
        // anew.
        lostNow.add(member.id());
      } else {
        absent.add(member);
      }
    }
    return Portions.inTurn(absent, AT_ONCE, some -> askForRemovals(some, read, lostNow))
        // The next read asks again whether the remaining members were deleted.
        .otherwise(
            failure -> {
              LOG.debug("Not all members are in the catalogue", failure);
              return null;
            })
        .compose(all -> restore(lostNow));
  }

  private Future<?> askForRemovals(List<Member> absent, long read, Set<MemberId> lostNow) {
    return reachability
        .observe(catalog.removals(absent))
        .onSuccess(
            removals -> {
              for (Member member : absent) {
                MemberId id = member.id();
                if (queue.mayBeOutdated(id, read)) {
                  continue;
                }
                if (removals.containsKey(id) || repair.isTooLateToRestore()) {
                  deleted(id, removals.getOrDefault(id, 0L));
                } else {
                  lostNow.add(id);
                }
              }
            });
  }

  private void deleted(MemberId id, long order) {
    listener.gone(id, order);
    served.get(id).ifPresent(listener::deleted);
  }

  /**
   * Restores lost members: those of this agent at once, since the agent that beats for a member
   * knows it best; others only where they were lost at the read before as well.
   */
  private Future<Void> restore(Set<MemberId> lostNow) {
    List<Future<?>> restored = new ArrayList<>();
    lostNow.stream()
        .filter(id -> served.isServed(id) || lost.contains(id))
        .sorted(Comparator.comparing(id -> !served.isServed(id)))
        .limit(AT_ONCE)
        .forEach(id -> restored.add(listener.lost(id)));
    lost = lostNow;
    listener.losses(Set.copyOf(lostNow));
    return Future.join(restored).transform(done -> Future.succeededFuture());
  }
}

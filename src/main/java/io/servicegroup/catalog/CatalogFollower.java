package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.runtime.Portions;
import io.servicegroup.runtime.Ticker;
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
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds what others changed: reads the followed members again and again, at once when the store
 * tells of a change, and compares. What was written here during a read is left to the next one.
 */
final class CatalogFollower {

  /** A fleet that starts changes the catalogue all the time: not every change is worth a read. */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  /** Nor is a large catalogue to be read all the time: a pause is so many times a read. */
  private static final int PAUSE_PER_READ = 4;

  private static final Duration READ_BOUND = Duration.ofSeconds(6);

  /** So many members are asked about, or restored, at a time. */
  private static final int AT_ONCE = 500;

  private static final Logger LOG = LoggerFactory.getLogger(CatalogFollower.class);

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final WatchScope scope;
  private final MemberQueue queue;
  private final Listener listener;
  private final CatalogRepair repair;
  private final FollowedMembers followed;
  private final ServedMembers served;
  private final ChangeNotifications notifications = new ChangeNotifications();
  private Set<MemberId> lost = Set.of();
  private Ticker ticker;
  private long hastenedAt = System.nanoTime() - SHORTEST_PAUSE.toNanos();
  private boolean hastening;
  private boolean wanted;
  private long readAt;
  private long readNanos;

  /** What follows from what was found. */
  interface Listener {
    /** A followed member as it is now, possibly unchanged. */
    void found(Member member);

    /**
     * A followed member that is not in the catalogue any more.
     *
     * @param order of its removal, 0 where whoever removed it gave none
     */
    void gone(MemberId id, long order);

    /** A member of this agent that is not in the catalogue any more. */
    void deleted(ServedMembers.Served served);

    /** A member of this agent that another one joined later. */
    void superseded(ServedMembers.Served served);

    /** Members of this agent in a catalogue that went back to before their join. */
    void setBack(List<ServedMembers.Served> served);

    /** A member of this agent that another one joined later, and does not beat for any more. */
    void abandoned(ServedMembers.Served served);

    /** A followed member that the catalogue lost and that nobody restored yet. */
    Future<?> lost(MemberId id);

    /** All members that the catalogue lost, after each read. */
    void losses(Set<MemberId> ids);

    /** What the catalogue holds and nobody can read, by its name and with why, after each read. */
    void unreadable(Map<String, String> documents);
  }

  CatalogFollower(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreReachability reachability,
      WatchScope scope,
      MemberQueue queue,
      CatalogRepair repair,
      FollowedMembers followed,
      ServedMembers served,
      Listener listener) {
    this.vertx = vertx;
    this.catalog = catalog;
    this.reachability = reachability;
    this.scope = scope;
    this.queue = queue;
    this.repair = repair;
    this.followed = followed;
    this.served = served;
    this.listener = listener;
  }

  /** Reads once; then, if that worked, for as long as it is not stopped. */
  Future<Void> start(Duration pollInterval, Duration reportInterval) {
    return read()
        .map(
            done -> {
              notifications.request(catalog, this::changed);
              long quiet = reportInterval.minus(pollInterval.dividedBy(2)).toNanos();
              ticker =
                  Ticker.start(
                      vertx,
                      "reading the catalogue",
                      pollInterval,
                      READ_BOUND,
                      () -> notifications.areDelivered() ? readAfter(quiet) : read());
              return null;
            });
  }

  /** A store that tells of changes is read more seldom, unless it told of one. */
  private Future<Void> readAfter(long quietNanos) {
    boolean due = wanted || System.nanoTime() - readAt >= quietNanos;
    return due ? read() : Future.succeededFuture();
  }

  Future<Void> stop() {
    return ticker == null ? Future.succeededFuture() : ticker.stop();
  }

  /** Reads soon. */
  void changed() {
    long whole = Math.max(SHORTEST_PAUSE.toNanos(), PAUSE_PER_READ * readNanos);
    long pause = whole - (System.nanoTime() - hastenedAt);
    if (hastening || ticker == null) {
      return;
    }
    if (pause <= 0) {
      hasten();
      return;
    }
    hastening = true;
    vertx.setTimer(
        TimeUnit.NANOSECONDS.toMillis(pause) + 1,
        id -> {
          hastening = false;
          hasten();
        });
  }

  private void hasten() {
    hastenedAt = System.nanoTime();
    wanted = true;
    ticker.hasten();
  }

  private Future<Void> read() {
    long started = System.nanoTime();
    readAt = started;
    wanted = false;
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
        .onSuccess(done -> readNanos = System.nanoTime() - started)
        .onComplete(
            end ->
                Topics.WORK.publish(
                    vertx, RemoteWork.read(started, followed.all().size(), end.succeeded())));
  }

  private Future<Void> compare(List<Member> found, long read, Set<MemberId> joinedHere) {
    Map<MemberId, Member> now = new HashMap<>();
    found.forEach(member -> now.put(member.id(), member));
    for (Member member : found) {
      if (!queue.mayBeOutdated(member.id(), read)) {
        listener.found(member);
      }
    }
    List<Member> missing =
        followed.all().stream()
            .filter(member -> !now.containsKey(member.id()))
            .filter(member -> !queue.mayBeOutdated(member.id(), read))
            .toList();
    List<ServedMembers.Served> setBack = new ArrayList<>();
    for (MemberId id : joinedHere) {
      if (now.containsKey(id) && !queue.mayBeOutdated(id, read)) {
        served.get(id).ifPresent(own -> judge(own, now.get(id).incarnation(), setBack));
      }
    }
    if (!setBack.isEmpty()) {
      listener.setBack(setBack);
    }
    return explain(missing, read);
  }

  /** A newer life is another agent's. Any other is what the catalogue knew before ours. */
  private void judge(
      ServedMembers.Served own, Incarnation stored, List<ServedMembers.Served> setBack) {
    boolean ours = own.incarnation().equals(stored);
    boolean newer = stored != null && stored.isNewerThan(own.incarnation());
    switch (own.state()) {
      case SERVED -> {
        if (newer) {
          listener.superseded(own);
        } else if (!ours) {
          setBack.add(own);
        }
      }
      // Nobody beats for it yet, or a backend has a life that the catalogue does not know.
      case NOT_BEATING, SUPERSEDED -> {
        if (!newer) {
          setBack.add(own);
        }
      }
      case ABANDONED -> listener.abandoned(own);
      case CONFLICT, LEFT, JOINED_BEFORE_RESTART, MOVED -> {}
    }
  }

  /** What a read did not find was deleted, or is lost. */
  private Future<Void> explain(List<Member> missing, long read) {
    Set<MemberId> now = new HashSet<>(scope.lists() ? catalog.lost() : Set.of());
    Map<String, String> unreadable = catalog.unreadable();
    listener.unreadable(unreadable);
    List<Member> absent = new ArrayList<>();
    for (Member member : missing) {
      if (unreadable.containsKey(member.id().toString())) {
        // It is there, as something else: whoever remembers it writes it anew.
        now.add(member.id());
      } else {
        absent.add(member);
      }
    }
    return Portions.inTurn(absent, AT_ONCE, some -> explain(some, read, now))
        // Whether the others were deleted is asked again with the next read.
        .otherwise(
            failure -> {
              LOG.debug("Not all members are in the catalogue", failure);
              return null;
            })
        .compose(all -> lost(now));
  }

  private Future<?> explain(List<Member> absent, long read, Set<MemberId> now) {
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
                  now.add(id);
                }
              }
            });
  }

  private void deleted(MemberId id, long order) {
    listener.gone(id, order);
    served.get(id).ifPresent(listener::deleted);
  }

  /** The agent that beats for a member knows it best, and comes first. */
  private Future<Void> lost(Set<MemberId> now) {
    List<Future<?>> restored = new ArrayList<>();
    now.stream()
        .filter(id -> served.isServed(id) || lost.contains(id))
        .sorted(Comparator.comparing(id -> !served.isServed(id)))
        .limit(AT_ONCE)
        .forEach(id -> restored.add(listener.lost(id)));
    lost = now;
    listener.losses(Set.copyOf(now));
    return Future.join(restored).transform(done -> Future.succeededFuture());
  }
}

package io.servicegroup.catalog;

import io.servicegroup.bus.ClashException;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.testkit.Members;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A catalogue in memory, for tests of its users. Several catalogues can share a store. */
final class MemoryCatalog implements ServiceCatalog {

  /** The stored members, and the faults that requests meet. */
  static final class Store {
    private final Map<MemberId, Member> members = new TreeMap<>();
    private final Set<MemberId> lost = new HashSet<>();
    private final Map<String, Map<MemberId, JsonObject>> kept = new TreeMap<>();
    private final BlockingQueue<Set<MemberId>> keeps = new LinkedBlockingQueue<>();
    private final Map<String, String> unreadable = new TreeMap<>();
    private final Map<MemberId, Long> removals = new TreeMap<>();
    private final List<MemberId> restored = new CopyOnWriteArrayList<>();
    private final List<Consumer<MemberNews>> watchers = new CopyOnWriteArrayList<>();
    private final List<Promise<Void>> held = new ArrayList<>();
    private final Map<MemberId, ServiceGroupException> refusals = new TreeMap<>();
    private final Map<MemberId, ServiceGroupException> refusedUpdates = new TreeMap<>();
    private final List<MemberId> refusedJoins = new ArrayList<>();
    private Promise<Void> writes = Promise.promise();
    private long generation;
    private boolean away;
    private boolean holding;
    private volatile boolean deaf;
    private volatile Telling telling = Telling.OF_AGENTS;
    private volatile boolean slowToTell;
    private int reads;
    private int lists;
    private int questions;
    private volatile boolean unordered;
    private String refusedUuid;

    Store() {
      writes.complete();
    }

    /** Makes every request fail from now on, or no more. */
    synchronized void setAway(boolean away) {
      this.away = away;
    }

    /** Adds a uuid that a row of another program has. */
    synchronized void refuse(String uuid) {
      refusedUuid = uuid;
    }

    /** Sets whether the store has no place for orders, so that all are 0. */
    void setUnordered(boolean unordered) {
      this.unordered = unordered;
    }

    /** Delays the answers to requests for notifications from now on. */
    void setSlowToTell() {
      slowToTell = true;
    }

    /** Stops all notifications from now on; requests for them are answered accordingly. */
    void setDeaf() {
      deaf = true;
    }

    /** Makes reads see the present members and answer only after {@link #releaseReads}. */
    synchronized void holdReads() {
      holding = true;
    }

    void releaseReads() {
      List<Promise<Void>> released;
      synchronized (this) {
        holding = false;
        released = List.copyOf(held);
        held.clear();
      }
      released.forEach(Promise::complete);
    }

    /** Delays the beginning of joins and deletions until {@link #releaseWrites}. */
    synchronized void holdWrites() {
      writes = Promise.promise();
    }

    void releaseWrites() {
      Promise<Void> released;
      synchronized (this) {
        released = writes;
      }
      released.tryComplete();
    }

    private synchronized Future<Void> mayWrite() {
      return writes.future();
    }

    synchronized int heldReads() {
      return held.size();
    }

    synchronized int reads() {
      return reads;
    }

    /** Returns how many of the reads were of all members, or of a group's. */
    synchronized int lists() {
      return lists;
    }

    /** Returns how often the removals of members were requested. */
    synchronized int questions() {
      return questions;
    }

    /** Refuses the joins of a member from now on; null to accept them again. */
    synchronized void refuse(MemberId id, ServiceGroupException refusal) {
      if (refusal == null) {
        refusals.remove(id);
      } else {
        refusals.put(id, refusal);
      }
    }

    /** Refuses the updates of a member from now on; null to accept them again. */
    synchronized void refuseUpdate(MemberId id, ServiceGroupException refusal) {
      if (refusal == null) {
        refusedUpdates.remove(id);
      } else {
        refusedUpdates.put(id, refusal);
      }
    }

    /** Returns how often a join was refused in this way. */
    synchronized long asked(MemberId id) {
      return refusedJoins.stream().filter(id::equals).count();
    }

    /** Notifies all watchers of changes that it does not name. */
    void notifyWatchers() {
      notifyWatchers(MemberNews.OF_ANYBODY);
    }

    /** Notifies all watchers. */
    void notifyWatchers(MemberNews news) {
      watchers.forEach(watcher -> watcher.accept(news));
    }

    /** Sets of which changes the store notifies where it notifies at all. */
    void setTelling(Telling telling) {
      this.telling = telling;
    }

    /** Stores a member that no agent wrote, without a notification. */
    synchronized void put(Member member) {
      members.put(member.id(), member);
    }

    synchronized Member get(MemberId id) {
      return members.get(id);
    }

    synchronized void remove(MemberId id) {
      members.remove(id);
    }

    /** Returns the members that agents tried to restore, in order. */
    List<MemberId> restored() {
      return restored;
    }

    /** Restores a member from a backup: later joins, and their number, are forgotten. */
    synchronized void restore(Member member, long newest) {
      members.put(member.id(), member);
      generation = newest;
    }

    /** Returns the rejoin records of an agent. */
    synchronized Map<MemberId, JsonObject> kept(String agentId) {
      return new TreeMap<>(kept.getOrDefault(agentId, Map.of()));
    }

    /** Stores a rejoin record without an agent. */
    synchronized void keep(String agentId, MemberId id, JsonObject what) {
      kept.computeIfAbsent(agentId, agent -> new TreeMap<>()).put(id, what);
    }

    /** Returns the members whose rejoin records were written, for each write. */
    BlockingQueue<Set<MemberId>> keeps() {
      return keeps;
    }

    synchronized void forgetKept() {
      kept.clear();
    }

    private long next(long floor) {
      generation = Math.max(generation, floor) + 1;
      return generation;
    }

    /** Puts something unreadable in a member's place. */
    synchronized void spoil(MemberId id) {
      members.remove(id);
      unreadable.put(id.toString(), "it is no JSON object");
    }

    /** Loses a member that nobody deleted, as a cache does. */
    synchronized void lose(MemberId id) {
      members.remove(id);
      removals.remove(id);
      lost.add(id);
    }
  }

  private final Vertx vertx;
  private final Store store;
  private final boolean tells;

  MemoryCatalog(Vertx vertx, Store store, boolean tells) {
    this.vertx = vertx;
    this.store = store;
    this.tells = tells;
  }

  @Override
  public Future<Void> open() {
    return attempt(() -> null);
  }

  @Override
  public Future<Map<MemberId, JsonObject>> rejoinRecords(String agentId) {
    return attempt(() -> store.kept(agentId));
  }

  @Override
  public Future<Boolean> changeRejoinRecords(
      String agentId, Map<MemberId, JsonObject> said, Set<MemberId> over) {
    return attempt(
        () -> {
          Map<MemberId, JsonObject> mine =
              store.kept.computeIfAbsent(agentId, agent -> new TreeMap<>());
          over.forEach(mine::remove);
          mine.putAll(said);
          store.keeps.add(said.keySet());
          return true;
        });
  }

  @Override
  public Future<Joined> join(
      ServiceSpec spec, String agent, Set<String> backends, long floor, Incarnation continued) {
    return write(
        () -> {
          if (store.refusals.containsKey(spec.id())) {
            store.refusedJoins.add(spec.id());
            throw store.refusals.get(spec.id());
          }
          refuseClash(spec.id(), spec.binary());
          Member old = store.members.get(spec.id());
          Incarnation incarnation =
              new Incarnation(store.next(floor), Incarnation.newNonce(continued));
          Member joined =
              Members.of(spec)
                  .uuid(old == null ? UUID.randomUUID().toString() : old.uuid())
                  .disabled(
                      old != null && old.disabled(), old == null ? null : old.disabledReason())
                  .forcedDown(old != null && old.forcedDown())
                  .incarnation(incarnation)
                  .agent(agent)
                  .backends(backends)
                  .wordsOrder(
                      old != null ? old.wordsOrder() : next(store.removals.remove(spec.id())))
                  .build();
          store.put(joined);
          return new Joined(joined, old == null);
        });
  }

  private void refuseClash(MemberId id, String binary) {
    for (Member other : store.members.values()) {
      if (other.id().host().equals(id.host())
          && other.binary().equals(binary)
          && !other.id().equals(id)) {
        throw new ClashException(id, binary, other.id().group());
      }
    }
  }

  @Override
  public Future<Member> update(MemberUpdate update) {
    return attempt(
        () -> {
          Member old = required(update.id());
          if (store.refusedUpdates.containsKey(update.id())) {
            throw store.refusedUpdates.get(update.id());
          }
          boolean disabled = update.disabled().orElse(old.disabled());
          String reason = update.disabledReason().orElse(old.disabledReason());
          store.put(
              Members.like(old)
                  .version(update.version().orElse(old.version()))
                  .metadata(update.metadata().orElse(old.metadata()))
                  .disabled(disabled, disabled ? reason : null)
                  .forcedDown(update.forcedDown().orElse(old.forcedDown()))
                  .wordsOrder(next(old.wordsOrder()))
                  .build());
          return required(update.id());
        });
  }

  @Override
  public Future<Boolean> adopt(Member member) {
    return attempt(
        () -> {
          for (Member other : store.members.values()) {
            if (other.id().host().equals(member.id().host())
                && other.binary().equals(member.binary())
                && !other.id().equals(member.id())) {
              throw new ServiceGroupException(Refusal.CONFLICT, "in group " + other.id().group());
            }
          }
          Member old = store.get(member.id());
          if (old != null && old.isLaterIncarnationOf(member)) {
            return false;
          }
          boolean same = member.sameAs(old);
          Long removal = store.removals.remove(member.id());
          long order = Math.max(member.wordsOrder(), removal == null ? 0 : removal + 1);
          store.put(member.withLastSeenUp(null).withWordsOrder(order));
          if (member.incarnation() != null) {
            store.generation = Math.max(store.generation, member.incarnation().generation());
          }
          return !same;
        });
  }

  @Override
  public Future<Member> delete(MemberId id) {
    return write(
        () -> {
          Member old = required(id);
          store.remove(id);
          store.removals.put(id, next(old.wordsOrder()));
          return old.withWordsOrder(store.removals.get(id));
        });
  }

  /** Returns the order of a change after an earlier one; 0 where there was none before. */
  private long next(Long before) {
    return before == null || store.unordered ? 0 : Math.max(before + 1, System.currentTimeMillis());
  }

  @Override
  public Future<Member> putBack(Member remembered) {
    return attempt(
        () -> {
          Member there = required(remembered.id());
          if (remembered.uuid() != null && remembered.uuid().equals(store.refusedUuid)) {
            throw new ServiceGroupException(Refusal.CONFLICT, "the uuid is taken");
          }
          if (there.wordsOrder() < remembered.wordsOrder()) {
            store.put(there.withWordsOf(remembered));
          }
          return required(remembered.id());
        });
  }

  @Override
  public Future<Member> confirm(Member seen, long order) {
    return attempt(
        () -> {
          Member there = required(seen.id());
          if (there.wordsOrder() == seen.wordsOrder() && there.saysTheSameAs(seen)) {
            store.put(there.withWordsOrder(order));
          }
          return required(seen.id());
        });
  }

  @Override
  public Future<Boolean> removeAgain(Member last) {
    return attempt(
        () -> {
          Member there = store.get(last.id());
          if (there != null
              && (there.wordsOrder() > last.wordsOrder() || there.isAnotherThan(last))) {
            return false;
          }
          store.remove(last.id());
          store.removals.merge(last.id(), last.wordsOrder(), Math::max);
          return there != null;
        });
  }

  @Override
  public Future<Void> trace(Member last) {
    return attempt(
        () -> {
          if (store.get(last.id()) == null) {
            store.removals.merge(last.id(), last.wordsOrder(), Math::max);
          }
          return null;
        });
  }

  @Override
  public boolean keepsOrders() {
    return !store.unordered;
  }

  @Override
  public Future<Map<MemberId, Long>> removals(Collection<Member> lastSeen) {
    return attempt(
        () -> {
          store.questions++;
          Map<MemberId, Long> orders = new TreeMap<>();
          for (Member member : lastSeen) {
            Long order = store.removals.get(member.id());
            if (order != null && order > 0 && order <= member.wordsOrder()) {
              order = null;
            }
            if (order != null || !store.lost.contains(member.id())) {
              orders.put(member.id(), order == null ? 0 : order);
            }
          }
          return orders;
        });
  }

  @Override
  public Future<List<Member>> list(MemberFilter filter) {
    synchronized (store) {
      store.lists++;
    }
    return read(
        store.members.values().stream()
            .filter(
                member ->
                    new MemberFilter(filter.group(), null, filter.binary(), filter.minVersion())
                        .matches(new MemberView(member, Verdict.UNKNOWN)))
            .toList());
  }

  @Override
  public Future<List<Member>> find(Collection<MemberId> ids) {
    return read(
        store.members.values().stream().filter(member -> ids.contains(member.id())).toList());
  }

  @Override
  public Future<Member> find(MemberId id) {
    return attempt(() -> required(id));
  }

  private Future<List<Member>> read(List<Member> found) {
    synchronized (store) {
      store.reads++;
      if (store.holding && !store.away) {
        Promise<Void> later = Promise.promise();
        store.held.add(later);
        return OnContext.of(vertx, later.future()).map(found);
      }
    }
    return attempt(() -> found);
  }

  private Member required(MemberId id) {
    Member member = store.members.get(id);
    if (member == null) {
      throw ServiceCatalog.missing(id);
    }
    return member;
  }

  @Override
  public Map<String, String> unreadable() {
    synchronized (store) {
      return Map.copyOf(store.unreadable);
    }
  }

  @Override
  public Future<Boolean> restore(Member member) {
    return attempt(
        () -> {
          store.restored.add(member.id());
          refuseClash(member.id(), member.binary());
          return (store.lost.contains(member.id())
                  || store.unreadable.remove(member.id().toString()) != null)
              && store.members.putIfAbsent(member.id(), member) == null;
        });
  }

  @Override
  public Future<List<VersionRange>> versions(String group, String binary) {
    return attempt(
        () ->
            store.members.values().stream()
                .filter(m -> !m.forcedDown())
                .filter(
                    m ->
                        new MemberFilter(group, null, binary, null)
                            .matches(new MemberView(m, Verdict.UNKNOWN)))
                .collect(
                    Collectors.groupingBy(
                        m -> List.of(m.id().group(), m.binary()),
                        Collectors.summarizingInt(Member::version)))
                .entrySet()
                .stream()
                .map(
                    range ->
                        new VersionRange(
                            range.getKey().get(0),
                            range.getKey().get(1),
                            range.getValue().getMin(),
                            range.getValue().getMax()))
                .toList());
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> changed) {
    Context context = vertx.getOrCreateContext();
    store.watchers.add(news -> context.runOnContext(told -> changed.accept(news)));
    return store.slowToTell
        ? Promise.<Supplier<Telling>>promise().future()
        : Future.succeededFuture(() -> tells && !store.deaf ? store.telling : Telling.NOTHING);
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }

  private <T> Future<T> write(Supplier<T> work) {
    Future<Void> allowed = store.mayWrite();
    return allowed.isComplete()
        ? attempt(work)
        : OnContext.of(vertx, allowed).compose(now -> attempt(work));
  }

  private <T> Future<T> attempt(Supplier<T> work) {
    synchronized (store) {
      if (store.away) {
        return Future.failedFuture("connection refused");
      }
      try {
        return Future.succeededFuture(work.get());
      } catch (ServiceGroupException e) {
        return Future.failedFuture(e);
      }
    }
  }
}

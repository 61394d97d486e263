package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.StoredMembers.Found;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.Verdict;
import io.servicegroup.model.VersionRange;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The catalogue in a store that is no SQL database: one JSON document for each member. A write
 * succeeds only where the document is unchanged since it was read.
 */
public final class DocumentCatalog implements ServiceCatalog {

  private static final Duration PRUNED_EVERY = Duration.ofDays(1);

  private final OptimisticRetry retry;
  private final DocumentStore store;
  private final StoredMembers stored;
  private final ParsedMembers parsed = new ParsedMembers();
  private final DocumentAdditions additions;
  private final DocumentRemovals removals;
  private final RejoinRecordDocuments rejoinRecords;
  private final RemovalTracePruning removalTracePruning;
  private final RejoinRecordPruning rejoinRecordPruning;
  private final Clock clock;
  private long prunedAt;

  /**
   * Creates a catalogue that is not open yet.
   *
   * @param vertx delays repeated attempts, and batches the requests of one turn of the event loop
   * @param store the store of the documents
   * @param clock gives new generations and orders
   */
  public DocumentCatalog(Vertx vertx, DocumentStore store, Clock clock) {
    this.retry = new OptimisticRetry(vertx);
    this.store = new BatchedDocumentStore(vertx, store);
    ConditionalChanges conditional = new ConditionalChanges(retry, this.store);
    this.stored = new StoredMembers(this.store, clock);
    BinaryClaims claims = new BinaryClaims(this.store);
    this.additions = new DocumentAdditions(retry, this.store, stored, claims, clock);
    this.removals = new DocumentRemovals(retry, stored, conditional, claims);
    this.removalTracePruning = new RemovalTracePruning(this.store, conditional, clock);
    RejoinRecordAgents agents = new RejoinRecordAgents(retry, this.store, clock);
    this.rejoinRecords = new RejoinRecordDocuments(retry, this.store, agents, clock);
    this.rejoinRecordPruning = new RejoinRecordPruning(this.store, conditional, agents, clock);
    this.clock = clock;
  }

  @Override
  public Future<Void> open() {
    return store.open();
  }

  @Override
  public Future<Joined> join(
      ServiceSpec spec, String agent, Set<String> backends, long floor, Incarnation continued) {
    return additions.join(spec, agent, backends, floor, continued);
  }

  @Override
  public Future<Member> update(MemberUpdate update) {
    return change(
        update.id(),
        found ->
            MemberUpdates.apply(required(update.id(), found), update, stored.next(found.order())));
  }

  @Override
  public Future<Member> putBack(Member remembered) {
    return change(
        remembered.id(),
        found -> {
          Member there = required(remembered.id(), found);
          return there.wordsOrder() < remembered.wordsOrder()
              ? there.withWordsOf(remembered)
              : there;
        });
  }

  @Override
  public Future<Member> confirm(Member seen, long order) {
    return change(
        seen.id(),
        found -> {
          Member there = required(seen.id(), found);
          boolean same = there.wordsOrder() == seen.wordsOrder() && there.saysTheSameAs(seen);
          return same ? there.withWordsOrder(order) : there;
        });
  }

  /** Writes a member as {@code next} returns it; writes nothing where the member is so already. */
  private Future<Member> change(MemberId id, Function<Found, Member> next) {
    return retry.repeat(
        id,
        () ->
            stored
                .read(id)
                .compose(
                    found -> {
                      Member changed = next.apply(found);
                      return changed.equals(found.member())
                          ? Future.succeededFuture(changed)
                          : stored
                              .write(found, changed)
                              .compose(done -> OptimisticRetry.ifWritten(done, changed));
                    }));
  }

  @Override
  public Future<Boolean> adopt(Member member) {
    return additions.adopt(member);
  }

  @Override
  public Future<Member> delete(MemberId id) {
    return removals.delete(id);
  }

  @Override
  public Future<Boolean> removeAgain(Member last) {
    return removals.removeAgain(last);
  }

  @Override
  public Future<Void> trace(Member last) {
    return stored.traceAbsent(last.id(), last.wordsOrder());
  }

  @Override
  public Future<Map<MemberId, Long>> removals(Collection<Member> lastSeen) {
    return stored.removals(lastSeen);
  }

  @Override
  public Future<List<Member>> list(MemberFilter filter) {
    MemberFilter wanted =
        new MemberFilter(filter.group(), null, filter.binary(), filter.minVersion());
    return store
        .list(filter.group())
        .map(
            found ->
                filter.group() == null
                    ? parsed.ofAll(found)
                    : parsed.ofGroup(filter.group(), found))
        .compose(stored::ordered)
        .onSuccess(read -> prune())
        .map(
            read ->
                read.stream()
                    .filter(member -> wanted.matches(new MemberView(member, Verdict.UNKNOWN)))
                    .toList());
  }

  /** Removes outdated traces and rejoin records, once a day. */
  private void prune() {
    long now = clock.millis();
    if (Math.abs(now - prunedAt) >= PRUNED_EVERY.toMillis()) {
      prunedAt = now;
      removalTracePruning.prune();
      rejoinRecordPruning.prune();
    }
  }

  @Override
  public Future<Member> find(MemberId id) {
    return stored.read(id).map(found -> required(id, found));
  }

  @Override
  public Future<List<Member>> find(Collection<MemberId> ids) {
    List<Key> keys = ids.stream().map(MemberDocument::key).toList();
    return keys.isEmpty()
        ? Future.succeededFuture(List.of())
        : store.read(keys).map(found -> parsed.of(keys, found)).compose(stored::ordered);
  }

  @Override
  public Future<Boolean> restore(Member member) {
    return additions.restore(member);
  }

  @Override
  public Future<Map<MemberId, JsonObject>> rejoinRecords(String agentId) {
    return rejoinRecords.read(agentId);
  }

  @Override
  public Future<Boolean> changeRejoinRecords(
      String agentId, Map<MemberId, JsonObject> changed, Set<MemberId> removed) {
    return rejoinRecords.change(agentId, changed, removed);
  }

  @Override
  public Set<MemberId> lost() {
    return store.lost().stream()
        .flatMap(key -> MemberId.find(key.group(), key.name()).stream())
        .collect(Collectors.toSet());
  }

  @Override
  public Future<List<VersionRange>> versions(String group, String binary) {
    return list(new MemberFilter(group, null, binary, null)).map(VersionSummary::of);
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> changed) {
    return store.watch(changed);
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }

  @Override
  public Map<String, String> unreadable() {
    return parsed.unreadable();
  }

  private static Member required(MemberId id, Found found) {
    if (found.document() == null) {
      throw ServiceCatalog.missing(id);
    }
    if (found.member() == null) {
      throw new ServiceGroupException(
          Refusal.CONFLICT,
          ("what the catalogue holds under %s cannot be read: delete the member, or let its agent"
                  + " join it again")
              .formatted(id));
    }
    return found.member();
  }
}

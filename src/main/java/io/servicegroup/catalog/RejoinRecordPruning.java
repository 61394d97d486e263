package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.RejoinRecordDocument.Entry;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Portions;
import io.vertx.core.Future;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes rejoin records of agents that never came back: those that are older than {@link
 * ServiceCatalog#REJOIN_RECORDS_KEPT_FOR} and whose members are gone, or were joined by another
 * agent since. No agent would use such a record. A wrong clock can therefore remove no useful
 * record, except one of a join that is under way.
 */
final class RejoinRecordPruning {

  /** The number of agents whose documents are read at once. */
  private static final int AT_ONCE = 20;

  private static final Logger LOG = LoggerFactory.getLogger(RejoinRecordPruning.class);

  private final DocumentStore store;
  private final ConditionalChanges conditional;
  private final RejoinRecordAgents agents;
  private final Clock clock;

  RejoinRecordPruning(
      DocumentStore store, ConditionalChanges conditional, RejoinRecordAgents agents, Clock clock) {
    this.store = store;
    this.conditional = conditional;
    this.agents = agents;
    this.clock = clock;
  }

  /**
   * Checks the agents that are due. Where that fails, an agent of the fleet does it a day later.
   */
  void prune() {
    agents
        .due()
        .compose(due -> Portions.inTurn(due, AT_ONCE, this::prune))
        .onFailure(failure -> LOG.debug("What lost agents keep stays until tomorrow", failure));
  }

  private Future<Void> prune(List<String> some) {
    List<Key> keys =
        some.stream().flatMap(agent -> RejoinRecordDocuments.keys(agent).stream()).toList();
    return store
        .read(keys)
        .compose(
            found -> {
              Map<Document, RejoinRecordDocument> parts = new HashMap<>();
              found.forEach(document -> parts.put(document, RejoinRecordDocument.read(document)));
              return served(parts).compose(served -> prune(parts, served));
            })
        .compose(
            busy -> agents.remove(some.stream().filter(agent -> !busy.contains(agent)).toList()));
  }

  /**
   * Returns a condition that is true for the records that stay: those that are not old, and those
   * that their agents would still use.
   */
  private Future<Predicate<Map.Entry<MemberId, Entry>>> served(
      Map<Document, RejoinRecordDocument> parts) {
    long oldest = clock.millis() - ServiceCatalog.REJOIN_RECORDS_KEPT_FOR.toMillis();
    Set<MemberId> old = new HashSet<>();
    parts
        .values()
        .forEach(
            part ->
                part.entries()
                    .forEach(
                        (id, entry) -> {
                          if (entry.writtenAt() < oldest) {
                            old.add(id);
                          }
                        }));
    Future<List<Document>> members =
        old.isEmpty()
            ? Future.succeededFuture(List.of())
            : store.read(old.stream().map(MemberDocument::key).toList());
    return members.map(
        found -> {
          Map<Key, Document> byKey =
              found.stream().collect(Collectors.toMap(Document::key, each -> each));
          return record ->
              record.getValue().writtenAt() >= oldest
                  || isOf(byKey.get(MemberDocument.key(record.getKey())), record.getValue());
        });
  }

  /**
   * Whether a record belongs to the member of a document. A document that cannot be read may be the
   * member's.
   */
  private static boolean isOf(Document member, Entry record) {
    return member != null && MemberDocument.readable(member).map(record::isOf).orElse(true);
  }

  /** Removes all other records. Returns the agents that still have records, or may have some. */
  private Future<Set<String>> prune(
      Map<Document, RejoinRecordDocument> parts, Predicate<Map.Entry<MemberId, Entry>> served) {
    Set<String> busy = new HashSet<>();
    // The documents are changed one after the other: in some stores each removal changes the
    // version of the others.
    return Portions.inTurn(
            parts.keySet(),
            1,
            one ->
                prune(one.get(0), parts.get(one.get(0)), served)
                    .onSuccess(
                        gone -> {
                          if (!gone) {
                            busy.add(one.get(0).key().group());
                          }
                        }))
        .map(busy);
  }

  /** Removes outdated records from one document. Returns whether the document was removed. */
  private Future<Boolean> prune(
      Document document, RejoinRecordDocument part, Predicate<Map.Entry<MemberId, Entry>> served) {
    if (!part.whole()) {
      return Future.succeededFuture(false);
    }
    boolean changes = part.entries().entrySet().removeIf(served.negate());
    if (part.entries().isEmpty()) {
      return conditional.remove(document);
    }
    return changes
        ? conditional.write(document, part.text()).map(false)
        : Future.succeededFuture(false);
  }
}

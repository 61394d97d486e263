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
 * Removes what agents keep that never came back: what was kept for {@link ServiceCatalog#KEPT_FOR}
 * of members that are gone, or that another agent joined since. No agent would find itself in it.
 * Hence a clock that is wrong takes nothing from anybody either, but what belongs to a join that is
 * under way just then.
 */
final class RejoinRecordPruning {

  /** So many agents' documents are read at a time. */
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

  /** Looks through what is due. Whatever fails is done by somebody else, a day later. */
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

  /** Tells of what is old who would find himself in it still. */
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
                          if (entry.at() < oldest) {
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
          return kept ->
              kept.getValue().at() >= oldest
                  || isOf(byKey.get(MemberDocument.key(kept.getKey())), kept.getValue());
        });
  }

  /** What cannot be read as a member may be anybody's. */
  private static boolean isOf(Document member, Entry kept) {
    return member != null && MemberDocument.readable(member).map(kept::isOf).orElse(true);
  }

  /** Removes the rest; gives the agents that still keep something, or may do so. */
  private Future<Set<String>> prune(
      Map<Document, RejoinRecordDocument> parts, Predicate<Map.Entry<MemberId, Entry>> served) {
    Set<String> busy = new HashSet<>();
    // One after the other: in some stores each removal changes the version of the others.
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

  /** Tells whether the document is gone. */
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

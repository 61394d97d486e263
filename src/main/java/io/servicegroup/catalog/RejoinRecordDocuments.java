package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Stores rejoin records in a few documents for each agent, with the records of many members in
 * each. An agent that starts finds its records with one read, however many documents the store has.
 * A document without records stays until {@link RejoinRecordPruning} removes it.
 */
final class RejoinRecordDocuments {

  /**
   * The number of documents for each agent. With ten thousand members each has about a hundred
   * kilobytes.
   */
  private static final int PARTS = 16;

  /** An unchanged record is written again only after this time. */
  private static final Duration REWRITTEN_AFTER = Duration.ofDays(1);

  private final OptimisticRetry retry;
  private final DocumentStore store;
  private final RejoinRecordAgents agents;
  private final Clock clock;

  RejoinRecordDocuments(
      OptimisticRetry retry, DocumentStore store, RejoinRecordAgents agents, Clock clock) {
    this.retry = retry;
    this.store = store;
    this.agents = agents;
    this.clock = clock;
  }

  /** Returns all records of an agent. */
  Future<Map<MemberId, JsonObject>> read(String agentId) {
    return store
        .read(keys(agentId))
        .map(
            found -> {
              Map<MemberId, JsonObject> records = new TreeMap<>();
              found.forEach(
                  document ->
                      RejoinRecordDocument.read(document)
                          .entries()
                          .forEach((id, entry) -> records.put(id, entry.record())));
              return records;
            });
  }

  /** Changes the records of some members. The records of others stay. */
  Future<Boolean> change(String agentId, Map<MemberId, JsonObject> changed, Set<MemberId> removed) {
    Map<Integer, Set<MemberId>> parts = new HashMap<>();
    Set<MemberId> all = new HashSet<>(changed.keySet());
    all.addAll(removed);
    all.forEach(id -> parts.computeIfAbsent(part(id), part -> new HashSet<>()).add(id));
    List<Future<?>> written = new ArrayList<>();
    if (!changed.isEmpty()) {
      written.add(agents.add(agentId));
    }
    parts.forEach((part, ids) -> written.add(change(key(agentId, part), ids, changed)));
    return Future.join(written).map(true);
  }

  private Future<Boolean> change(Key key, Set<MemberId> ids, Map<MemberId, JsonObject> changed) {
    return retry.repeat(
        ids.iterator().next(),
        () ->
            store
                .read(List.of(key))
                .compose(
                    found -> {
                      Document before = found.isEmpty() ? null : found.get(0);
                      RejoinRecordDocument part =
                          before == null
                              ? RejoinRecordDocument.empty()
                              : RejoinRecordDocument.read(before);
                      return apply(part.entries(), ids, changed)
                          ? store
                              .write(key, part.text(), before)
                              .compose(done -> OptimisticRetry.ifWritten(done, true))
                          : Future.succeededFuture(true);
                    }));
  }

  /** Changes the records in place, and returns whether there is anything to write. */
  private boolean apply(
      Map<MemberId, RejoinRecordDocument.Entry> records,
      Set<MemberId> ids,
      Map<MemberId, JsonObject> changed) {
    long now = clock.millis();
    boolean anyChange = false;
    for (MemberId id : ids) {
      JsonObject record = changed.get(id);
      RejoinRecordDocument.Entry before = records.get(id);
      if (record == null) {
        if (records.remove(id) != null) {
          anyChange = true;
        }
      } else if (before == null
          || !before.record().equals(record)
          || Math.abs(now - before.writtenAt()) > REWRITTEN_AFTER.toMillis()) {
        records.put(id, new RejoinRecordDocument.Entry(record, now));
        anyChange = true;
      }
    }
    return anyChange;
  }

  private static int part(MemberId id) {
    return Math.floorMod(id.toString().hashCode(), PARTS);
  }

  /** Returns the keys of all documents that an agent may have. */
  static List<Key> keys(String agentId) {
    return IntStream.range(0, PARTS).mapToObj(part -> key(agentId, part)).toList();
  }

  private static Key key(String agentId, int part) {
    return new Key(Kind.KEPT, agentId, Integer.toString(part));
  }
}

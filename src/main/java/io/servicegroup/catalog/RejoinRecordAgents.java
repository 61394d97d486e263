package io.servicegroup.catalog;

import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.runtime.OptimisticRetry;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The ids of the agents that have rejoin records, in a few documents. Records of agents that never
 * come back have to be found, and not every store can list documents. Each id has the time of its
 * last check, so that one agent of a fleet checks it each day.
 */
final class RejoinRecordAgents {

  /** The ids are spread over this many documents, since whole fleets start at once. */
  private static final int PARTS = 16;

  /**
   * The beginning of these documents' names. Documents with rejoin records have numbers as names,
   * so that no agent's id leads to the same key.
   */
  private static final String NAME = "agents-";

  private static final Duration LOOKED_AFTER_EVERY = Duration.ofDays(1);

  private final OptimisticRetry retry;
  private final DocumentStore store;
  private final Clock clock;

  RejoinRecordAgents(OptimisticRetry retry, DocumentStore store, Clock clock) {
    this.retry = retry;
    this.store = store;
    this.clock = clock;
  }

  /** Adds an agent, unless it is there already. */
  Future<Void> add(String agentId) {
    return change(key(agentId), names -> names.putIfAbsent(agentId, clock.millis()) == null);
  }

  /** Removes agents. */
  Future<Void> remove(Collection<String> agentIds) {
    Map<Key, List<String>> parts =
        agentIds.stream().collect(Collectors.groupingBy(RejoinRecordAgents::key));
    List<Future<Void>> written = new ArrayList<>();
    parts.forEach((key, some) -> written.add(change(key, names -> names.keySet().removeAll(some))));
    return Future.join(written).mapEmpty();
  }

  private Future<Void> change(Key key, Predicate<Map<String, Long>> change) {
    return retry.repeat(
        "the agents that keep something",
        () ->
            store
                .read(List.of(key))
                .compose(
                    found -> {
                      Document before = found.isEmpty() ? null : found.get(0);
                      Map<String, Long> names = names(before);
                      return change.test(names)
                          ? write(key, names, before)
                              .compose(done -> OptimisticRetry.ifWritten(done, null))
                          : Future.succeededFuture();
                    }));
  }

  private Future<Boolean> write(Key key, Map<String, Long> names, Document before) {
    return names.isEmpty() && before != null
        ? store.remove(before)
        : store.write(key, text(names), before);
  }

  /**
   * Returns the agents that nobody checked for a day, and notes that they are checked now: only the
   * agent whose note is stored first gets them.
   */
  Future<List<String>> due() {
    List<Key> keys = IntStream.range(0, PARTS).mapToObj(RejoinRecordAgents::key).toList();
    return store
        .read(keys)
        .compose(found -> Future.join(found.stream().map(this::due).toList()))
        .map(all -> all.<List<String>>list().stream().flatMap(List::stream).toList());
  }

  private Future<List<String>> due(Document document) {
    long now = clock.millis();
    Map<String, Long> names = names(document);
    List<String> due =
        names.keySet().stream()
            .filter(name -> Math.abs(now - names.get(name)) >= LOOKED_AFTER_EVERY.toMillis())
            .toList();
    if (due.isEmpty()) {
      return Future.succeededFuture(due);
    }
    due.forEach(name -> names.put(name, now));
    return store
        .write(document.key(), text(names), document)
        .map(written -> written ? due : List.of());
  }

  private static Key key(String agentId) {
    return key(Math.floorMod(agentId.hashCode(), PARTS));
  }

  private static Key key(int part) {
    return new Key(Kind.KEPT, "agents", NAME + part);
  }

  private static String text(Map<String, Long> names) {
    JsonObject json = new JsonObject();
    names.forEach(json::put);
    return new JsonObject().put("agents", json).encode();
  }

  /**
   * Reads the ids in a document. One that cannot be read contains none; each agent adds itself
   * again.
   */
  private static Map<String, Long> names(Document document) {
    Map<String, Long> names = new TreeMap<>();
    if (document == null || document.text() == null) {
      return names;
    }
    try {
      JsonObject agents = new JsonObject(document.text()).getJsonObject("agents", new JsonObject());
      agents.fieldNames().forEach(name -> names.put(name, agents.getLong(name, 0L)));
    } catch (DecodeException | ClassCastException e) {
      names.clear();
    }
    return names;
  }
}

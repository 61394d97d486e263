package io.servicegroup.backend.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.Watch;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Documents as entries of a map per kind. What a document is compared with is its text: two that
 * read alike are alike.
 *
 * <p>The maps are in the memory of the cluster's members. Of those that are this agent's kind, two
 * may be lost at a time; somebody else's cluster has its own configuration. When all are gone, so
 * are the documents; and of two parts of a split cluster that come together, the later change of
 * each document stays, also where the other part had removed it. What was removed is therefore
 * remembered for a day, to be told from what was lost.
 */
final class HazelcastDocuments implements DocumentStore {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long REMEMBERED_DAYS = 1;
  private static final String REMOVED = HazelcastConfigs.CATALOG + "removed";

  /** Names hold no control characters. */
  private static final char BETWEEN = '\t';

  private final Context context;
  private final HazelcastCalls connection;
  private Runnable changed = () -> {};

  HazelcastDocuments(Vertx vertx, BackendUri uri) {
    this.context = vertx.getOrCreateContext();
    HazelcastStarter own = HazelcastConfigs.starter(pace(uri), config -> {});
    this.connection =
        new HazelcastCalls(vertx, HazelcastShared.of(vertx, uri, own).preparing(this::listen));
  }

  /** How soon the cluster notices what, where the agent's beats are not in it as well. */
  private static LivenessSettings pace(BackendUri uri) {
    return new LivenessSettings(
        "catalog",
        "catalog",
        uri,
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(1),
        Watch.OWN);
  }

  /** On the thread that started the instance; what Hazelcast tells comes on its own threads. */
  private void listen(HazelcastInstance running) {
    IMap<String, String> members = map(running, Kind.MEMBER);
    members.addEntryListener((EntryAddedListener<String, String>) event -> tell(), false);
    members.addEntryListener((EntryUpdatedListener<String, String>) event -> tell(), false);
    members.addEntryListener((EntryRemovedListener<String, String>) event -> tell(), false);
    // The first call distributes the partitions, which takes longer than others.
    members.size();
  }

  private void tell() {
    context.runOnContext(nothing -> changed.run());
  }

  @Override
  public Future<Void> open() {
    return connection.open().mapEmpty();
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    Map<Kind, Map<String, Key>> wanted = new HashMap<>();
    keys.forEach(
        key -> wanted.computeIfAbsent(key.kind(), kind -> new HashMap<>()).put(entry(key), key));
    return connection.queue(
        TIMEOUT,
        running ->
            wanted.entrySet().stream()
                .flatMap(
                    some ->
                        map(running, some.getKey())
                            .getAll(some.getValue().keySet())
                            .entrySet()
                            .stream()
                            .map(
                                found ->
                                    new Document(
                                        some.getValue().get(found.getKey()),
                                        found.getValue(),
                                        null)))
                .toList());
  }

  @Override
  public Future<List<Document>> list(String group) {
    return all(Kind.MEMBER)
        .map(
            all ->
                all.stream()
                    .filter(found -> group == null || group.equals(found.key().group()))
                    .toList());
  }

  @Override
  public Future<List<Document>> removals() {
    return all(Kind.REMOVAL);
  }

  private Future<List<Document>> all(Kind kind) {
    return connection.queue(
        TIMEOUT,
        running ->
            map(running, kind).entrySet().stream()
                .map(found -> new Document(key(kind, found.getKey()), found.getValue(), null))
                .toList());
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    Change change = new Change(key, text, expected);
    return connection.queue(TIMEOUT, running -> write(running, change));
  }

  @Override
  public List<Future<Boolean>> write(List<Change> changes) {
    return connection.queue(TIMEOUT, changes, HazelcastDocuments::write);
  }

  private static Boolean write(HazelcastInstance running, Change change) {
    IMap<String, String> documents = map(running, change.key().kind());
    String entry = entry(change.key());
    if (change.expected() != null) {
      return documents.replace(entry, change.expected().text(), change.text());
    }
    boolean written = documents.putIfAbsent(entry, change.text()) == null;
    if (written && change.key().kind() == Kind.MEMBER) {
      removed(running).delete(entry);
    }
    return written;
  }

  @Override
  public Future<Boolean> remove(Document expected) {
    Key key = expected.key();
    return connection.queue(
        TIMEOUT,
        running -> {
          IMap<String, String> documents = map(running, key.kind());
          String entry = entry(key);
          if (key.kind() != Kind.MEMBER) {
            return documents.remove(entry, expected.text());
          }
          // Before it goes: nobody may find neither. Each remover knows its own mark.
          String mark = UUID.randomUUID().toString();
          removed(running).set(entry, mark, REMEMBERED_DAYS, TimeUnit.DAYS);
          boolean done = documents.remove(entry, expected.text());
          if (!done && documents.containsKey(entry)) {
            removed(running).remove(entry, mark);
          }
          return done;
        });
  }

  @Override
  public Future<Set<Key>> removed(Collection<Key> keys) {
    Map<String, Key> asked = new HashMap<>();
    keys.forEach(key -> asked.put(entry(key), key));
    return connection.queue(
        TIMEOUT,
        running ->
            removed(running).getAll(asked.keySet()).keySet().stream()
                .map(asked::get)
                .collect(Collectors.toSet()));
  }

  @Override
  public Future<Boolean> restore(Key key, String text) {
    return connection.queue(
        TIMEOUT,
        running -> {
          String entry = entry(key);
          if (removed(running).containsKey(entry)
              || map(running, key.kind()).putIfAbsent(entry, text) != null) {
            return false;
          }
          // Somebody may have restored and removed it in between.
          return !removed(running).containsKey(entry)
              || !map(running, key.kind()).remove(entry, text);
        });
  }

  @Override
  public Future<BooleanSupplier> watch(Runnable onChange) {
    changed = onChange;
    return Future.succeededFuture(() -> true);
  }

  @Override
  public Future<Void> close() {
    return connection.close();
  }

  private static IMap<String, String> map(HazelcastInstance running, Kind kind) {
    return running.getMap(HazelcastConfigs.CATALOG + EnumText.of(kind));
  }

  private static IMap<String, String> removed(HazelcastInstance running) {
    return running.getMap(REMOVED);
  }

  private static String entry(Key key) {
    return key.group() + BETWEEN + key.name();
  }

  /** Without a group where the entry is none of ours, so that it is not taken for a member. */
  private static Key key(Kind kind, String entry) {
    int between = entry.indexOf(BETWEEN);
    return new Key(kind, entry.substring(0, Math.max(0, between)), entry.substring(between + 1));
  }
}

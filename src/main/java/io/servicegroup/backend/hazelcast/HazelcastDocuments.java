package io.servicegroup.backend.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryRemovedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import com.hazelcast.map.listener.MapPartitionLostListener;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.EnumText;
import io.servicegroup.model.MemberId;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Stores documents as entries of one map per kind. A compare-and-set compares texts: documents of
 * equal text are equal.
 *
 * <p>The maps are in the memory of the cluster's members. In a cluster of agents two members may be
 * lost at a time; another cluster has its own configuration. When all members are lost, so are the
 * documents. When two parts of a split cluster merge, the later change of each document stays, even
 * where the other part had removed it. The store therefore remembers each removal for a day, so
 * that a removed document is not mistaken for a lost one.
 */
final class HazelcastDocuments implements DocumentStore {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final long REMEMBERED_DAYS = 1;
  private static final String REMOVED = HazelcastConfigs.CATALOG + "removed";

  /** Separates the parts of a key; names contain no control characters. */
  private static final char BETWEEN = '\t';

  private final Context context;
  private final HazelcastCalls calls;
  private Consumer<MemberNews> changed = news -> {};
  private volatile boolean connected = true;

  HazelcastDocuments(Vertx vertx, BackendUri uri) {
    this.context = vertx.getOrCreateContext();
    HazelcastStarter own = HazelcastConfigs.starter(pace(uri), config -> {});
    this.calls =
        new HazelcastCalls(vertx, HazelcastShared.of(vertx, uri, own).preparing(this::listen));
  }

  /** The intervals by which the cluster notices failures, where the agent's beats are elsewhere. */
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

  /**
   * Prepares an instance on the thread that started it. Hazelcast calls the listeners on its own
   * threads.
   */
  private void listen(HazelcastInstance running) {
    IMap<String, String> members = map(running, Kind.MEMBER);
    members.addEntryListener(
        (EntryAddedListener<String, String>) event -> tell(event.getKey()), false);
    members.addEntryListener(
        (EntryUpdatedListener<String, String>) event -> tell(event.getKey()), false);
    members.addEntryListener(
        (EntryRemovedListener<String, String>) event -> tell(event.getKey()), false);
    members.addPartitionLostListener(
        (MapPartitionLostListener) event -> tell(MemberNews.OF_ANYBODY));
    running.getLifecycleService().addLifecycleListener(event -> changed(event.getState()));
    connected = true;
    // The first call distributes the partitions, which takes longer than later calls.
    members.size();
    tell(MemberNews.OF_ANYBODY);
  }

  /** Changes of the time without a connection, or of another part of the cluster, went unheard. */
  private void changed(LifecycleState state) {
    switch (state) {
      case CLIENT_DISCONNECTED, MERGING, SHUTTING_DOWN -> connected = false;
      case CLIENT_CONNECTED, MERGED, MERGE_FAILED -> {
        connected = true;
        tell(MemberNews.OF_ANYBODY);
      }
      default -> {}
    }
  }

  private void tell(String entry) {
    Key key = key(Kind.MEMBER, entry);
    tell(
        key.group().isEmpty()
            ? MemberNews.OF_ANYBODY
            : MemberNews.of(Set.of(new MemberId(key.group(), key.name()))));
  }

  private void tell(MemberNews news) {
    context.runOnContext(nothing -> changed.accept(news));
  }

  @Override
  public Future<Void> open() {
    return calls.open().mapEmpty();
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    Map<Kind, Map<String, Key>> wanted = new HashMap<>();
    keys.forEach(
        key -> wanted.computeIfAbsent(key.kind(), kind -> new HashMap<>()).put(entry(key), key));
    return calls.queue(
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
    return calls.queue(
        TIMEOUT,
        running ->
            map(running, kind).entrySet().stream()
                .map(found -> new Document(key(kind, found.getKey()), found.getValue(), null))
                .toList());
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    Change change = new Change(key, text, expected);
    return calls.queue(TIMEOUT, running -> write(running, change));
  }

  @Override
  public List<Future<Boolean>> write(List<Change> changes) {
    return calls.queue(TIMEOUT, changes, HazelcastDocuments::write);
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
    return calls.queue(
        TIMEOUT,
        running -> {
          IMap<String, String> documents = map(running, key.kind());
          String entry = entry(key);
          if (key.kind() != Kind.MEMBER) {
            return documents.remove(entry, expected.text());
          }
          // The mark is written before the document is removed, so that no reader finds neither.
          // Each removal has a mark of its own, by which it recognises a concurrent removal.
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
    return calls.queue(
        TIMEOUT,
        running ->
            removed(running).getAll(asked.keySet()).keySet().stream()
                .map(asked::get)
                .collect(Collectors.toSet()));
  }

  @Override
  public Future<Boolean> restore(Key key, String text) {
    return calls.queue(
        TIMEOUT,
        running -> {
          String entry = entry(key);
          if (removed(running).containsKey(entry)
              || map(running, key.kind()).putIfAbsent(entry, text) != null) {
            return false;
          }
          // Another agent may have restored and removed the document meanwhile.
          return !removed(running).containsKey(entry)
              || !map(running, key.kind()).remove(entry, text);
        });
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> onChange) {
    changed = onChange;
    // Whoever empties the map as a whole causes no event of an entry.
    return Future.succeededFuture(() -> connected ? Telling.OF_AGENTS : Telling.NOTHING);
  }

  @Override
  public Future<Void> close() {
    return calls.close();
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

  /**
   * The key of an entry. An entry that is not one of ours gets no group, so that it is not mistaken
   * for a member.
   */
  private static Key key(Kind kind, String entry) {
    int between = entry.indexOf(BETWEEN);
    return new Key(kind, entry.substring(0, Math.max(0, between)), entry.substring(between + 1));
  }
}

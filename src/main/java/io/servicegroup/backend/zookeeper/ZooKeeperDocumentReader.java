package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import io.servicegroup.bus.Concerns;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.runtime.Backoff;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Reads documents and caches members. While a watch reports each change, reading ten thousand
 * members again costs their names and the changed ones. Members that this agent may no longer read
 * stay in the cache, so that they are not taken for deleted. A node that may not be read does not
 * affect the others.
 */
final class ZooKeeperDocumentReader {

  private static final byte[] NOTHING = new byte[0];

  /** The most reads under way at a time. */
  private static final int CHUNK = 1000;

  private final ZooKeeperClient client;
  private final ZooKeeperDocumentPaths paths;
  private final Concerns concerns;
  private final String members;
  private final Map<String, Document> last = new HashMap<>();
  private final ZooKeeperParents parents = new ZooKeeperParents();
  private final Set<String> current = new HashSet<>();
  private final Map<String, String> forbidden = new HashMap<>();
  private final Backoff backoff =
      new Backoff(ZooKeeperListings.FIRST_PAUSE, ZooKeeperListings.LONGEST_PAUSE);
  private long dueNanos;
  private boolean watching;

  ZooKeeperDocumentReader(ZooKeeperClient client, ZooKeeperDocumentPaths paths, Concerns concerns) {
    this.client = client;
    this.paths = paths;
    this.concerns = concerns;
    this.members = paths.kind(Kind.MEMBER);
  }

  /** Sets whether a watch reports each change from now on. What was read before may be outdated. */
  void watching(boolean now) {
    watching = now;
    current.clear();
  }

  /** Whether a watch reports each change. */
  boolean isWatching() {
    return watching;
  }

  /** Forgets a document that changed. */
  void changed(String path) {
    current.remove(path);
  }

  /** Forgets a member whose removal is recorded by a trace, which explains its absence. */
  private void explained(String path) {
    if (!last.containsKey(path)) {
      parents.forget(path);
    }
  }

  /** Forgets a document that this agent removed itself. */
  void removedHere(Key key) {
    String path = paths.node(key);
    current.remove(path);
    last.remove(path);
    parents.forget(path);
  }

  /** Reads documents. One that may not be read and never was read has no text. */
  Future<List<Document>> read(List<Key> keys) {
    return client.sync(members).compose(synced -> new Round().read(keys));
  }

  /** Reads all members, or those of a group, as {@link #read} does. */
  Future<List<Document>> list(String group) {
    Round round = new Round();
    return client
        .sync(members)
        .compose(
            synced ->
                group == null
                    ? client.children(members)
                    : Future.succeededFuture(List.of(encoded(group))))
        .compose(groups -> round.list(Kind.MEMBER, groups))
        .onSuccess(found -> forgetAllBut(group, found));
  }

  /** Reads the traces of all removed members. */
  Future<List<Document>> removals() {
    return client
        .children(paths.kind(Kind.REMOVAL))
        .compose(groups -> new Round().list(Kind.REMOVAL, groups));
  }

  /**
   * Which of the missing members were removed. A removal raises the version of the parent node; a
   * parent that is another node than before, or is missing, shows that the servers came back
   * without their data.
   */
  Future<Set<Key>> removed(Collection<Key> keys) {
    Map<String, List<Key>> groups = keys.stream().collect(Collectors.groupingBy(paths::parent));
    Set<Key> removed = new HashSet<>();
    List<Future<?>> asked = new ArrayList<>();
    groups.forEach(
        (group, members) ->
            asked.add(
                client
                    .get(group)
                    .onSuccess(
                        now ->
                            members.stream()
                                .filter(key -> parents.wasRemoved(paths.node(key), now))
                                .forEach(removed::add))));
    return Future.join(asked).map(all -> removed);
  }

  private String encoded(String group) {
    return paths.group(Kind.MEMBER, group).substring(members.length() + 1);
  }

  private void forgetAllBut(String group, List<Document> found) {
    Set<String> there = new HashSet<>();
    found.forEach(document -> there.add(paths.node(document.key())));
    last.values()
        .removeIf(
            document ->
                (group == null || group.equals(document.key().group()))
                    && !there.contains(paths.node(document.key())));
    current.retainAll(last.keySet());
  }

  /**
   * The versions on which a change depends.
   *
   * @param node the version of the document's node
   * @param group the version of the parent node, which each removal raises
   */
  record Version(int node, int group) {}

  /** One read of several documents. */
  private final class Round {

    private final boolean triesForbidden = System.nanoTime() - dueNanos >= 0;
    private final List<Document> found = new ArrayList<>();
    private final Map<String, Found> groups = new HashMap<>();

    Future<List<Document>> list(Kind kind, List<String> groups) {
      List<Key> keys = new ArrayList<>();
      List<Future<?>> listed = new ArrayList<>();
      for (String group : groups) {
        listed.add(
            client
                .children(paths.kind(kind) + "/" + group)
                .onSuccess(hosts -> hosts.forEach(host -> keys.add(paths.key(kind, group, host))))
                .recover(failure -> notListed(group, failure)));
      }
      return Future.join(listed).compose(all -> read(keys));
    }

    private Future<List<String>> notListed(String group, Throwable failure) {
      if (!ZooKeeperClient.is(failure, Code.NOAUTH)) {
        return Future.failedFuture(failure);
      }
      found.add(unreadable(new Key(Kind.MEMBER, "", group)));
      last.values().stream()
          .filter(document -> paths.parent(document.key()).equals(members + "/" + group))
          .forEach(found::add);
      return Future.succeededFuture(List.of());
    }

    Future<List<Document>> read(List<Key> keys) {
      List<Key> unread = new ArrayList<>();
      for (Key key : keys) {
        String path = paths.node(key);
        boolean refused = !triesForbidden && forbidden.containsKey(path);
        if (key.group().isEmpty()) {
          found.add(unreadable(key));
        } else if (!current.contains(path) && !refused) {
          unread.add(key);
        } else {
          found.add(last.getOrDefault(path, unreadable(key)));
        }
      }
      return read(unread, 0);
    }

    private Future<List<Document>> read(List<Key> unread, int from) {
      if (from >= unread.size()) {
        if (triesForbidden && !forbidden.isEmpty()) {
          dueNanos = System.nanoTime() + backoff.failed().toNanos();
        }
        return Future.succeededFuture(found);
      }
      int to = Math.min(unread.size(), from + CHUNK);
      List<Key> some = unread.subList(from, to);
      List<Future<?>> reads = new ArrayList<>();
      // Requests are answered in the order in which they were sent: the parents are read first, so
      // that none is newer than its children.
      for (String group : new HashSet<>(some.stream().map(paths::parent).toList())) {
        // Where the parent cannot be read, the read of each child fails below.
        reads.add(client.get(group).onSuccess(node -> groups.put(group, node)).otherwiseEmpty());
      }
      some.forEach(key -> reads.add(read(key)));
      return Future.join(reads).compose(all -> read(unread, to));
    }

    private Future<Void> read(Key key) {
      String path = paths.node(key);
      return client
          .get(path)
          .compose(
              node ->
                  groups.containsKey(paths.parent(key))
                      ? Future.succeededFuture(node)
                      : client.get(paths.parent(key)).map(parent -> node))
          .<Void>map(
              node -> {
                take(key, path, node, groups.get(paths.parent(key)));
                return null;
              })
          .recover(failure -> notRead(key, path, failure));
    }

    private void take(Key key, String path, Found node, Found group) {
      readable(key, path);
      if (node == null || group == null) {
        last.remove(path);
        current.remove(path);
        return;
      }
      Version version = new Version(node.stat().getVersion(), group.stat().getVersion());
      byte[] data = node.data() == null ? NOTHING : node.data();
      String text = new String(data, StandardCharsets.UTF_8);
      Document document = new Document(key, text, version);
      if (key.kind() == Kind.MEMBER) {
        last.put(path, document);
        parents.saw(path, group);
        if (watching) {
          current.add(path);
        }
      } else if (key.kind() == Kind.REMOVAL) {
        explained(paths.node(new Key(Kind.MEMBER, key.group(), key.name())));
      }
      found.add(document);
    }

    private Future<Void> notRead(Key key, String path, Throwable failure) {
      if (!ZooKeeperClient.is(failure, Code.NOAUTH)) {
        return Future.failedFuture(failure);
      }
      forbidden.put(path, key.group());
      if (last.containsKey(path)) {
        concerns.raise(
            subject(key.group()),
            "%s may not be read any more (%s): they are shown as they were read last. The nodes'"
                    .formatted(subject(key.group()), ZooKeeperClient.text(failure))
                + " ACLs have to let the user of catalog.uri read them");
      }
      found.add(last.getOrDefault(path, unreadable(key)));
      return Future.succeededFuture();
    }
  }

  /** A document that exists and that this agent may not read, so that no caller writes over it. */
  private static Document unreadable(Key key) {
    return new Document(key, null, new Version(0, 0));
  }

  private void readable(Key key, String path) {
    if (forbidden.remove(path) != null && !forbidden.containsValue(key.group())) {
      backoff.succeeded();
      concerns.settle(subject(key.group()));
    }
  }

  private static String subject(String group) {
    return "members of group " + group;
  }
}

package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperClient.Found;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Documents as nodes that stay, whatever becomes of the session that wrote them. Members that were
 * read are remembered for as long as a watch tells of each change to them, so that reading ten
 * thousand again costs their names and those that changed.
 *
 * <p>A node that was removed and made again counts its versions anew. Therefore a removal also
 * writes the node above, and a change asks for the version of both.
 */
final class ZooKeeperDocuments implements DocumentStore {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperDocuments.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** The catalogue keeps nothing in its session: it may as well be short. */
  private static final Duration SESSION = Duration.ofSeconds(10);

  /** How many reads are under way at a time. */
  private static final int CHUNK = 1000;

  private static final int ATTEMPTS = 3;
  private static final byte[] NOTHING = new byte[0];
  private static final Set<Code> UNEXPECTED = Set.of(Code.NODEEXISTS, Code.NONODE, Code.BADVERSION);

  private final ZooKeeperOptions options;
  private final ZooKeeperDocumentPaths paths;
  private final ZooKeeperSession session;
  private final ZooKeeperClient client;
  private final boolean writing;
  private final String members;
  private final Map<String, Document> known = new HashMap<>();
  private boolean watching;
  private Runnable changed = () -> {};

  /** Whoever does not write makes no nodes either. */
  ZooKeeperDocuments(Vertx vertx, BackendUri uri, boolean writing) {
    this.writing = writing;
    options = new ZooKeeperOptions(uri, uri.timeout().orElse(SESSION));
    paths = new ZooKeeperDocumentPaths(uri);
    session = new ZooKeeperSession(vertx, "catalog", options, new Events());
    client = new ZooKeeperClient(vertx, session, options);
    members = paths.kind(Kind.MEMBER);
  }

  @Override
  public Future<Void> open() {
    return session
        .open()
        .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure ->
                Future.failedFuture(
                    new VertxException(
                        options.where() + options.silence() + failure.getMessage(), true)))
        .compose(connected -> writing ? makeRoom() : requireRoom());
  }

  private Future<Void> makeRoom() {
    return client.ensure(members).compose(there -> client.ensure(paths.kind(Kind.CLAIM)));
  }

  private Future<Void> requireRoom() {
    return client
        .get(members)
        .compose(
            found ->
                found != null
                    ? Future.succeededFuture()
                    : Future.failedFuture(
                        new ServiceGroupException(
                            503,
                            "catalog.uri: %s has no node %s and catalog.create_tables is none"
                                .formatted(options.where(), members))));
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    return bounded(() -> client.sync(members).compose(synced -> documents(List.copyOf(keys))));
  }

  @Override
  public Future<List<Document>> list(String group) {
    return bounded(
        () ->
            client
                .sync(members)
                .compose(
                    synced ->
                        group == null
                            ? client.children(members)
                            : Future.succeededFuture(List.of(encoded(group))))
                .compose(this::keys)
                .compose(this::documents));
  }

  private String encoded(String group) {
    return paths.group(Kind.MEMBER, group).substring(members.length() + 1);
  }

  /** The names of members; what nobody may read or understand comes as a key without a group. */
  private Future<List<Key>> keys(List<String> groups) {
    List<Key> keys = new ArrayList<>();
    List<Future<?>> listed = new ArrayList<>();
    for (String group : groups) {
      listed.add(
          client
              .children(members + "/" + group)
              .onSuccess(hosts -> hosts.forEach(host -> keys.add(paths.member(group, host))))
              .recover(
                  failure -> {
                    keys.add(new Key(Kind.MEMBER, "", group));
                    return ZooKeeperClient.unless(failure, Code.NOAUTH, List.of());
                  }));
    }
    return Future.join(listed).map(all -> keys);
  }

  private Future<List<Document>> documents(List<Key> keys) {
    List<Document> found = new ArrayList<>(keys.size());
    List<Key> unread = new ArrayList<>();
    for (Key key : keys) {
      Document remembered = known.get(paths.node(key));
      if (key.group().isEmpty()) {
        found.add(unreadable(key));
      } else if (remembered == null) {
        unread.add(key);
      } else {
        found.add(remembered);
      }
    }
    return documents(unread, 0, found);
  }

  private Future<List<Document>> documents(List<Key> unread, int from, List<Document> found) {
    if (from >= unread.size()) {
      return Future.succeededFuture(found);
    }
    int to = Math.min(unread.size(), from + CHUNK);
    List<Key> some = unread.subList(from, to);
    Map<String, Found> groups = new HashMap<>();
    List<Future<?>> reads = new ArrayList<>();
    // Requests are answered in their order: what is above is no newer than what is below.
    for (String group : new HashSet<>(some.stream().map(this::above).toList())) {
      reads.add(client.get(group).onSuccess(node -> groups.put(group, node)));
    }
    for (Key key : some) {
      String path = paths.node(key);
      reads.add(
          client
              .get(path)
              .onSuccess(
                  node -> document(key, path, node, groups.get(above(key))).ifPresent(found::add))
              .recover(
                  failure -> {
                    if (ZooKeeperClient.is(failure, Code.NOAUTH)) {
                      found.add(unreadable(key));
                    }
                    return ZooKeeperClient.unless(failure, Code.NOAUTH, null);
                  }));
    }
    return Future.join(reads).compose(all -> documents(unread, to, found));
  }

  /** What is there, but not for this agent to read; nobody writes over it. */
  private static Document unreadable(Key key) {
    return new Document(key, "", new Version(0, 0));
  }

  private String above(Key key) {
    return paths.group(key.kind(), key.group());
  }

  private Optional<Document> document(Key key, String path, Found node, Found group) {
    if (node == null || group == null) {
      return Optional.empty();
    }
    Version version = new Version(node.stat().getVersion(), group.stat().getVersion());
    byte[] data = node.data() == null ? NOTHING : node.data();
    Document document = new Document(key, new String(data, StandardCharsets.UTF_8), version);
    if (watching && key.kind() == Kind.MEMBER) {
      known.put(path, document);
    }
    return Optional.of(document);
  }

  @Override
  public Future<Boolean> write(Key key, String text, Document expected) {
    String path = paths.node(key);
    byte[] data = text.getBytes(StandardCharsets.UTF_8);
    if (expected == null) {
      return bounded(() -> create(key, client.persistent(path, data), ATTEMPTS));
    }
    Version version = (Version) expected.version();
    return bounded(
        () ->
            change(
                path,
                List.of(
                    Op.check(above(key), version.group()),
                    Op.setData(path, data, version.node()))));
  }

  @Override
  public Future<Boolean> remove(Document expected) {
    String path = paths.node(expected.key());
    Version version = (Version) expected.version();
    return bounded(
        () ->
            change(
                path,
                List.of(
                    Op.setData(above(expected.key()), NOTHING, version.group()),
                    Op.delete(path, version.node()))));
  }

  private Future<Boolean> create(Key key, Op creation, int attempts) {
    return client
        .multi(List.of(creation))
        .map(true)
        .recover(
            failure -> {
              if (ZooKeeperClient.is(failure, Code.NODEEXISTS)) {
                known.remove(creation.getPath());
                return Future.succeededFuture(false);
              }
              return ZooKeeperClient.is(failure, Code.NONODE) && attempts > 1
                  ? client.ensure(above(key)).compose(there -> create(key, creation, attempts - 1))
                  : Future.failedFuture(failure);
            });
  }

  private Future<Boolean> change(String path, List<Op> operations) {
    return client
        .multi(operations)
        .map(true)
        .recover(
            failure -> {
              // What is remembered may know an older node above.
              known.remove(path);
              return UNEXPECTED.stream().anyMatch(code -> ZooKeeperClient.is(failure, code))
                  ? Future.succeededFuture(false)
                  : Future.failedFuture(failure);
            });
  }

  private <T> Future<T> bounded(Supplier<Future<T>> operation) {
    return client.within(TIMEOUT, operation.get());
  }

  @Override
  public Future<Boolean> watch(Runnable onChange) {
    changed = onChange;
    return Future.succeededFuture(true);
  }

  @Override
  public Future<Void> close() {
    known.clear();
    return session.close();
  }

  /**
   * What has to be so still for a change.
   *
   * @param node the document's version
   * @param group the version of the node above, which a removal raises
   */
  private record Version(int node, int group) {}

  private final class Events implements ZooKeeperSession.Listener {

    @Override
    public void connected() {
      known.clear();
      (writing ? client.ensure(members) : Future.<Void>succeededFuture())
          .compose(there -> client.watch(members, AddWatchMode.PERSISTENT_RECURSIVE))
          .onSuccess(added -> watching = session.isConnected())
          .onFailure(failure -> LOG.debug("The catalogue is read without a watch", failure));
      changed.run();
    }

    @Override
    public void disconnected() {
      watching = false;
      known.clear();
    }

    @Override
    public void changed(EventType type, String path) {
      known.remove(path);
      changed.run();
    }
  }
}

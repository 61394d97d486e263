package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.zookeeper.ZooKeeperDocumentReader.Version;
import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.FaultException;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Scheme;
import io.servicegroup.model.Fault;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores documents as persistent nodes.
 *
 * <p>The versions of a node that was removed and created again begin at zero. Therefore a removal
 * also writes the parent node, and a change checks the versions of both.
 */
final class ZooKeeperDocuments implements DocumentStore {

  private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperDocuments.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /**
   * The timeout of the catalogue's session; it may be short because the session has no ephemeral
   * nodes.
   */
  private static final Duration SESSION = Duration.ofSeconds(10);

  private static final int ATTEMPTS = 3;
  private static final int ANY_VERSION = -1;
  private static final byte[] NOTHING = new byte[0];
  private static final Set<Code> UNEXPECTED = Set.of(Code.NODEEXISTS, Code.NONODE, Code.BADVERSION);

  private final Vertx vertx;
  private final ZooKeeperOptions options;
  private final ZooKeeperDocumentPaths paths;
  private final ZooKeeperSession session;
  private final ZooKeeperClient client;
  private final boolean writing;
  private final String members;
  private final ZooKeeperDocumentReader reader;
  private Consumer<MemberNews> changed = news -> {};

  /** Creates a store. One that only reads creates no nodes. */
  ZooKeeperDocuments(Vertx vertx, BackendUri uri, boolean writing) {
    this.vertx = vertx;
    this.writing = writing;
    options = new ZooKeeperOptions(uri, uri.find(Scheme.TIMEOUT).orElse(SESSION));
    paths = new ZooKeeperDocumentPaths(uri);
    session = new ZooKeeperSession(vertx, "catalog", options, new Events());
    client = new ZooKeeperClient(vertx, session, options);
    members = paths.kind(Kind.MEMBER);
    reader = new ZooKeeperDocumentReader(client, paths, Concerns.ofCatalog(vertx));
  }

  @Override
  public Future<Void> open() {
    return OnContext.within(vertx, TIMEOUT.toMillis(), session.open())
        .recover(
            failure -> Future.failedFuture(new VertxException(options.why(failure, TIMEOUT), true)))
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
                        FaultException.lacking(
                            new Fault(
                                "catalog.uri",
                                options.where(),
                                "%s has no node %s".formatted(options.where(), members)),
                            new Fault(
                                "catalog.create_tables",
                                "none",
                                "set it to all, or create the node"))));
  }

  @Override
  public Future<List<Document>> read(Collection<Key> keys) {
    return bounded(() -> reader.read(List.copyOf(keys)));
  }

  @Override
  public Future<List<Document>> list(String group) {
    return bounded(() -> reader.list(group));
  }

  @Override
  public Future<List<Document>> removals() {
    return bounded(reader::removals);
  }

  @Override
  public Future<Set<Key>> removed(Collection<Key> keys) {
    return bounded(() -> reader.removed(keys));
  }

  @Override
  public Future<Boolean> restore(Key key, String text) {
    return write(key, text, null);
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
                    Op.check(paths.parent(key), version.group()),
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
                        Op.setData(paths.parent(expected.key()), NOTHING, version.group()),
                        Op.delete(path, version.node()))))
        .compose(
            removed -> {
              if (!removed) {
                return Future.succeededFuture(false);
              }
              reader.removedHere(expected.key());
              return leave(expected.key()).map(true);
            });
  }

  /**
   * Removes the parent of a removed document, because agents come and go and each would leave an
   * empty node.
   */
  private Future<?> leave(Key removed) {
    if (removed.kind() != Kind.KEPT) {
      return Future.succeededFuture();
    }
    // The removal fails where the parent has other children.
    return bounded(() -> client.multi(List.of(Op.delete(paths.parent(removed), ANY_VERSION))))
        .otherwiseEmpty();
  }

  private Future<Boolean> create(Key key, Op creation, int attempts) {
    return client
        .multi(List.of(creation))
        .map(true)
        .recover(
            failure -> {
              if (ZooKeeperClient.is(failure, Code.NODEEXISTS)) {
                reader.changed(creation.getPath());
                return Future.succeededFuture(false);
              }
              return ZooKeeperClient.is(failure, Code.NONODE) && attempts > 1
                  ? client
                      .ensure(paths.parent(key))
                      .compose(there -> create(key, creation, attempts - 1))
                  : Future.failedFuture(failure);
            });
  }

  private Future<Boolean> change(String path, List<Op> operations) {
    return client
        .multi(operations)
        .map(true)
        .recover(
            failure -> {
              // The cached document may refer to an older parent node.
              reader.changed(path);
              return UNEXPECTED.stream().anyMatch(code -> ZooKeeperClient.is(failure, code))
                  ? Future.succeededFuture(false)
                  : Future.failedFuture(failure);
            });
  }

  private <T> Future<T> bounded(Supplier<Future<T>> operation) {
    return client.within(TIMEOUT, operation.get());
  }

  @Override
  public Future<Supplier<Telling>> watch(Consumer<MemberNews> onChange) {
    changed = onChange;
    return Future.succeededFuture(
        () -> reader.isWatching() ? Telling.OF_EVERYBODY : Telling.NOTHING);
  }

  @Override
  public Future<Void> close() {
    return session.close();
  }

  private final class Events implements ZooKeeperSession.Listener {

    @Override
    public void connected() {
      reader.watching(false);
      (writing ? client.ensure(members) : Future.<Void>succeededFuture())
          .compose(there -> client.watch(members, AddWatchMode.PERSISTENT_RECURSIVE))
          .onSuccess(added -> reader.watching(session.isConnected()))
          .onFailure(failure -> LOG.debug("The catalogue is read without a watch", failure));
      changed.accept(MemberNews.OF_ANYBODY);
    }

    @Override
    public void disconnected() {
      reader.watching(false);
    }

    @Override
    public void changed(EventType type, String path) {
      reader.changed(path);
      changed.accept(
          paths.member(path).map(Set::of).map(MemberNews::of).orElse(MemberNews.OF_ANYBODY));
    }
  }
}

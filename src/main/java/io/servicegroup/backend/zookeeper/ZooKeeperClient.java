package io.servicegroup.backend.zookeeper;

import io.servicegroup.runtime.OnContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;

/**
 * What is asked of the servers through a session, as futures on the context that this was made on.
 * Every call is answered, at the latest when its connection is given up.
 */
final class ZooKeeperClient {

  private static final Set<Code> UNHEARD =
      Set.of(
          Code.CONNECTIONLOSS,
          Code.SESSIONEXPIRED,
          Code.SESSIONMOVED,
          Code.OPERATIONTIMEOUT,
          Code.REQUESTTIMEOUT,
          Code.SESSIONCLOSEDREQUIRESASLAUTH);

  private final Vertx vertx;
  private final Context context;
  private final ZooKeeperSession session;
  private final ZooKeeperCredentials credentials;

  ZooKeeperClient(Vertx vertx, ZooKeeperSession session, ZooKeeperOptions options) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.session = session;
    this.credentials = options.credentials();
  }

  /** Bounds an operation. A connection that has answered nothing for a while is replaced. */
  <T> Future<T> within(Duration bound, Future<T> operation) {
    return OnContext.within(vertx, bound.toMillis(), operation)
        .recover(
            failure -> {
              if (!(failure instanceof TimeoutException)) {
                return Future.failedFuture(
                    failure instanceof KeeperException answer && UNHEARD.contains(answer.code())
                        ? new VertxException("the connection was lost", failure, true)
                        : failure);
              }
              session.notAnswered();
              return Future.failedFuture(
                  new VertxException("no answer within " + bound.toMillis() + " ms", true));
            });
  }

  /** Catches up with the leader; what is read afterwards is no older. */
  Future<Void> sync(String path) {
    return call(path, (zk, reply) -> zk.sync(path, (rc, p, c) -> reply.answer(rc, null), null));
  }

  /** Reads a node; null where there is none. */
  Future<Found> get(String path) {
    return this.<Found>call(
            path,
            (zk, reply) ->
                zk.getData(
                    path,
                    false,
                    (rc, p, c, data, stat) -> reply.answer(rc, new Found(data, stat)),
                    null))
        .recover(failure -> unless(failure, Code.NONODE, null));
  }

  /** Lists a node's children; none where there is no such node. */
  Future<List<String>> children(String path) {
    return this.<List<String>>call(
            path,
            (zk, reply) ->
                zk.getChildren(path, false, (rc, p, c, names) -> reply.answer(rc, names), null))
        .recover(failure -> unless(failure, Code.NONODE, List.of()));
  }

  /** Watches for as long as the connection lasts. */
  Future<Void> watch(String path, AddWatchMode mode) {
    return call(
        path, (zk, reply) -> zk.addWatch(path, mode, (rc, p, c) -> reply.answer(rc, null), null));
  }

  /** Does all or nothing. */
  Future<Void> multi(List<Op> operations) {
    return call(
        operations.get(0).getPath(),
        (zk, reply) -> zk.multi(operations, (rc, p, c, results) -> reply.answer(rc, null), null));
  }

  /** A part of a transaction: makes a node that ends with the session. */
  Op ephemeral(String path, byte[] data) {
    return Op.create(path, data, credentials.acl(), CreateMode.EPHEMERAL);
  }

  /** A part of a transaction: makes a node that stays. */
  Op persistent(String path, byte[] data) {
    return Op.create(path, data, credentials.acl(), CreateMode.PERSISTENT);
  }

  /** Makes sure of a node that stays, and of those above it. */
  Future<Void> ensure(String path) {
    return this.<Void>call(
            path,
            (zk, reply) ->
                zk.create(
                    path,
                    new byte[0],
                    credentials.acl(),
                    CreateMode.PERSISTENT,
                    (rc, p, c, name) -> reply.answer(rc, null),
                    null))
        .recover(failure -> unless(failure, Code.NODEEXISTS, null))
        // Whoever may not make it may find it made.
        .recover(
            failure ->
                is(failure, Code.NOAUTH) ? exists(path, failure) : Future.failedFuture(failure))
        .recover(
            failure ->
                is(failure, Code.NONODE) && path.lastIndexOf('/') > 0
                    ? ensure(path.substring(0, path.lastIndexOf('/')))
                        .compose(parent -> ensure(path))
                    : Future.failedFuture(failure));
  }

  /** Needs no right. */
  private Future<Void> exists(String path, Throwable otherwise) {
    return this.<Void>call(
            path,
            (zk, reply) -> zk.exists(path, false, (rc, p, c, stat) -> reply.answer(rc, null), null))
        .recover(failure -> Future.failedFuture(is(failure, Code.NONODE) ? otherwise : failure));
  }

  static boolean is(Throwable failure, Code code) {
    return failure instanceof KeeperException answer && answer.code() == code;
  }

  /**
   * What the servers themselves refused, rather than it being lost on the way: why, or empty where
   * the connection is to blame.
   */
  static Optional<String> refusal(Throwable failure) {
    return failure instanceof KeeperException answer && !UNHEARD.contains(answer.code())
        ? Optional.of(text(answer))
        : Optional.empty();
  }

  /** What the servers said, as half a sentence; the client's own begins with its name for it. */
  static String text(Throwable failure) {
    return String.valueOf(failure.getMessage()).replace("KeeperErrorCode = ", "");
  }

  /** An answer in place of one failure. */
  static <T> Future<T> unless(Throwable failure, Code code, T instead) {
    return is(failure, code) ? Future.succeededFuture(instead) : Future.failedFuture(failure);
  }

  private <T> Future<T> call(String path, Operation<T> operation) {
    ZooKeeper handle = session.connected();
    if (handle == null) {
      return Future.failedFuture(new VertxException("there is no connection", true));
    }
    Promise<T> answer = Promise.promise();
    operation.start(
        handle,
        (code, value) ->
            context.runOnContext(
                nothing -> {
                  session.answered();
                  if (code == Code.OK.intValue()) {
                    answer.complete(value);
                  } else {
                    if (code == Code.NOAUTH.intValue()) {
                      session.refused();
                    }
                    answer.fail(KeeperException.create(Code.get(code), path));
                  }
                }));
    return answer.future();
  }

  /** Does something for each, at once; fails when all have ended, where one did. */
  static <T> Future<?> all(Iterable<T> items, Function<T, Future<?>> work) {
    List<Future<?>> under = new ArrayList<>();
    items.forEach(item -> under.add(work.apply(item)));
    return Future.join(under);
  }

  /** A node that was read. */
  record Found(byte[] data, Stat stat) {}

  private interface Operation<T> {
    void start(ZooKeeper zk, Reply<T> reply);
  }

  private interface Reply<T> {
    void answer(int code, T value);
  }
}

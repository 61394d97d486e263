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
 * Sends requests to the servers through a session. The futures complete on the context on which the
 * client was created, and each request is answered at the latest when its connection is given up.
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

  /** Bounds an operation. A connection that has been silent for too long is replaced. */
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

  /**
   * Lets the connected server catch up with the leader, so that later reads are at least as new as
   * this call.
   */
  Future<Void> sync(String path) {
    return call(path, (zk, reply) -> zk.sync(path, (rc, p, c) -> reply.answer(rc, null), null));
  }

  /** Reads a node; null where the node does not exist. */
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

  /** Lists a node's children; empty where the node does not exist. */
  Future<List<String>> children(String path) {
    return this.<List<String>>call(
            path,
            (zk, reply) ->
                zk.getChildren(path, false, (rc, p, c, names) -> reply.answer(rc, names), null))
        .recover(failure -> unless(failure, Code.NONODE, List.of()));
  }

  /** Sets a watch that lasts as long as the connection. */
  Future<Void> watch(String path, AddWatchMode mode) {
    return call(
        path, (zk, reply) -> zk.addWatch(path, mode, (rc, p, c) -> reply.answer(rc, null), null));
  }

  /** Runs operations as one transaction. */
  Future<Void> multi(List<Op> operations) {
    return call(
        operations.get(0).getPath(),
        (zk, reply) -> zk.multi(operations, (rc, p, c, results) -> reply.answer(rc, null), null));
  }

  /** An operation that creates an ephemeral node, which ends with the session. */
  Op ephemeral(String path, byte[] data) {
    return Op.create(path, data, credentials.acl(), CreateMode.EPHEMERAL);
  }

  /** An operation that creates a persistent node. */
  Op persistent(String path, byte[] data) {
    return Op.create(path, data, credentials.acl(), CreateMode.PERSISTENT);
  }

  /** Creates a persistent node and its ancestors where they do not exist. */
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
        // A user without the right to create the node may use one that exists.
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

  /** Checks that a node exists, which ZooKeeper allows without any right. */
  private Future<Void> exists(String path, Throwable otherwise) {
    return this.<Void>call(
            path,
            (zk, reply) -> zk.exists(path, false, (rc, p, c, stat) -> reply.answer(rc, null), null))
        .recover(failure -> Future.failedFuture(is(failure, Code.NONODE) ? otherwise : failure));
  }

  static boolean is(Throwable failure, Code code) {
    return failure instanceof KeeperException answer && answer.code() == code;
  }

  /** Why the servers refused a request; empty where the connection failed instead. */
  static Optional<String> refusal(Throwable failure) {
    return failure instanceof KeeperException answer && !UNHEARD.contains(answer.code())
        ? Optional.of(text(answer))
        : Optional.empty();
  }

  /**
   * The servers' error as a clause, without the class name with which the client's message begins.
   */
  static String text(Throwable failure) {
    return String.valueOf(failure.getMessage()).replace("KeeperErrorCode = ", "");
  }

  /** Replaces one kind of failure by an answer. */
  static <T> Future<T> unless(Throwable failure, Code code, T instead) {
    return is(failure, code) ? Future.succeededFuture(instead) : Future.failedFuture(failure);
  }

  private <T> Future<T> call(String path, Operation<T> operation) {
    ZooKeeper connection = session.connected();
    if (connection == null) {
      return Future.failedFuture(new VertxException("there is no connection", true));
    }
    Promise<T> answer = Promise.promise();
    operation.start(
        connection,
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

  /**
   * Runs work for each item concurrently. Where one fails, the whole fails after all have ended.
   */
  static <T> Future<?> all(Iterable<T> items, Function<T, Future<?>> work) {
    List<Future<?>> under = new ArrayList<>();
    items.forEach(item -> under.add(work.apply(item)));
    return Future.join(under);
  }

  /** A node as it was read. */
  record Found(byte[] data, Stat stat) {}

  private interface Operation<T> {
    void start(ZooKeeper zk, Reply<T> reply);
  }

  private interface Reply<T> {
    void answer(int code, T value);
  }
}

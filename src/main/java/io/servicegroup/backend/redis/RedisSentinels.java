package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri.Host;
import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;

/**
 * Asks all Sentinels at once for the master's address, so that one that hangs or is cut off neither
 * delays the answer nor decides it. (The driver asks one after the other, and sends the password of
 * the servers, which Sentinels without a password refuse.)
 */
final class RedisSentinels {

  private final Vertx vertx;
  private final RedisAddress address;

  RedisSentinels(Vertx vertx, RedisAddress address) {
    this.vertx = vertx;
    this.address = address;
  }

  /**
   * The master's address by the Sentinels' votes; fails where too few answer in time, or they
   * disagree.
   */
  Future<Host> master(Duration bound) {
    List<Host> sentinels = address.hosts();
    RedisElection election = new RedisElection(address.masterName(), sentinels.size());
    for (Host sentinel : sentinels) {
      OnContext.within(vertx, bound.toMillis(), ask(sentinel, bound))
          .onSuccess(election::vote)
          .onFailure(election::abstain);
    }
    return election.decision();
  }

  /**
   * Asks one Sentinel without TLS, as tooz does, and with TLS where that fails, because some
   * operators let Sentinels accept TLS only.
   */
  private Future<Host> ask(Host sentinel, Duration bound) {
    Future<Host> plain = ask(sentinel, address.sentinel(sentinel, bound, false), bound);
    Future<Host> answer =
        address.tls()
            ? any(plain, ask(sentinel, address.sentinel(sentinel, bound, true), bound))
            : plain;
    return address.hasPassword() ? answer.recover(none -> askGuarded(sentinel, bound)) : answer;
  }

  private Future<Host> askGuarded(Host sentinel, Duration bound) {
    return ask(sentinel, address.guardedSentinel(sentinel, bound, address.tls()), bound);
  }

  private static Future<Host> any(Future<Host> one, Future<Host> other) {
    return Future.any(one, other).map(done -> one.succeeded() ? one.result() : other.result());
  }

  private Future<Host> ask(Host sentinel, RedisOptions options, Duration bound) {
    Request question =
        Request.cmd(Command.SENTINEL).arg("GET-MASTER-ADDR-BY-NAME").arg(address.masterName());
    return RedisServerConnection.open(vertx, sentinel, options, bound)
        .compose(
            connection ->
                RedisCall.within(
                        bound, System.nanoTime(), connection, call -> call.send(List.of(question)))
                    .eventually(connection::close))
        .compose(answers -> host(sentinel, answers.get(0)));
  }

  private Future<Host> host(Host sentinel, Response answer) {
    return answer == null
        ? Future.failedFuture(
            new VertxException(
                "the Sentinel " + sentinel + " knows no master " + address.masterName(), true))
        : Future.succeededFuture(new Host(answer.get(0).toString(), answer.get(1).toInteger()));
  }
}

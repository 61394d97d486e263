package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri.Host;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Finds the master and connects to it. */
final class RedisConnector {

  private final Vertx vertx;
  private final RedisAddress address;
  private final RedisSentinels sentinels;
  private final ReconnectPause pause;

  /**
   * Creates a connector; nothing connects yet.
   *
   * @param longestPause the longest pause between two attempts to connect
   */
  RedisConnector(Vertx vertx, RedisAddress address, Duration longestPause) {
    this.pause = ReconnectPause.upTo(longestPause);
    this.vertx = vertx;
    this.address = address;
    this.sentinels = new RedisSentinels(vertx, address);
  }

  /**
   * The pause between attempts, shared by all clients of this backend: the first that connects ends
   * it for all.
   */
  ReconnectPause pause() {
    return pause;
  }

  /** Waits for the pause after the last failure to end, then connects within the bound. */
  Future<RedisServerConnection> connectRested(Duration bound) {
    Duration left = pause.left();
    Future<?> waited =
        left.isZero()
            ? Future.succeededFuture()
            : vertx.timer(left.toMillis() + 1, TimeUnit.MILLISECONDS);
    return waited.compose(over -> connect(bound)).onFailure(pause::failed);
  }

  /**
   * Waits for a connection that is being made, for the time that a caller has left.
   *
   * @param bound the caller's whole bound, for the message of the failure
   */
  Future<RedisServerConnection> within(
      Duration left, Duration bound, Future<RedisServerConnection> made) {
    return OnContext.within(vertx, left.toMillis(), made)
        .recover(failure -> Future.failedFuture(made.isComplete() ? failure : late(bound)));
  }

  private Throwable late(Duration bound) {
    String hosts = address.hosts().stream().map(Host::toString).collect(Collectors.joining(","));
    return pause.why() == null
        ? new TimeoutException(hosts + ": no answer within " + bound.toMillis() + " ms")
        : pause.why();
  }

  /** Connects within the bound. */
  Future<RedisServerConnection> connect(Duration bound) {
    return address.renew(vertx).compose(present -> connectNow(bound));
  }

  private Future<RedisServerConnection> connectNow(Duration bound) {
    if (address.hasSentinels()) {
      Duration half = bound.dividedBy(2);
      return sentinels.master(half).compose(master -> open(master, half));
    }
    List<Host> hosts = address.hosts();
    return firstMaster(hosts, bound.dividedBy(hosts.size()));
  }

  /** Asks the Sentinels for the master's address. */
  Future<Host> master(Duration bound) {
    return sentinels.master(bound);
  }

  boolean hasSentinels() {
    return address.hasSentinels();
  }

  private Future<RedisServerConnection> firstMaster(List<Host> hosts, Duration each) {
    Future<RedisServerConnection> attempt = open(hosts.get(0), each);
    return hosts.size() == 1
        ? attempt
        : attempt.recover(failure -> firstMaster(hosts.subList(1, hosts.size()), each));
  }

  private Future<RedisServerConnection> open(Host host, Duration bound) {
    long started = System.nanoTime();
    return RedisServerConnection.open(vertx, host, address.server(host, bound), bound)
        .compose(
            connection ->
                RedisCall.within(bound, started, connection, RedisCall::requireMaster)
                    .onFailure(failure -> connection.close())
                    .map(connection));
  }

  /** The URI for messages, with its secrets masked. */
  @Override
  public String toString() {
    return address.toString();
  }
}

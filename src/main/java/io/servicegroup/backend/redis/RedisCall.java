package io.servicegroup.backend.redis;

import io.servicegroup.runtime.OnContext;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * What is done on a connection for one caller, within its bound. Others do theirs on the same
 * connection: that one runs out of time ends nothing but that. Once it is over, nothing more is
 * sent for it, and what still arrives for it is not taken.
 */
final class RedisCall {

  private final RedisServerConnection connection;
  private boolean over;

  private RedisCall(RedisServerConnection connection) {
    this.connection = connection;
  }

  /**
   * Does something in what is left of the bound. To be called on the context that it ends on.
   *
   * @param started by {@link System#nanoTime}, since when the bound runs
   */
  static <T> Future<T> within(
      Duration bound,
      long started,
      RedisServerConnection connection,
      Function<RedisCall, Future<T>> work) {
    RedisCall call = new RedisCall(connection);
    connection.callBegan();
    long left = bound.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    return OnContext.within(connection.vertx(), left, Future.succeededFuture(call).compose(work))
        .recover(
            failure ->
                Future.failedFuture(
                    failure instanceof TimeoutException ? connection.late(bound) : failure))
        .onComplete(
            ended -> {
              call.over = true;
              connection.callEnded();
            });
  }

  Future<List<Response>> send(List<Request> requests) {
    return stillWanted(connection.send(requests, () -> over));
  }

  /** Sends one command of which no other depends. */
  Future<Response> ask(Request request) {
    return stillWanted(connection.ask(request, () -> over));
  }

  private <T> Future<T> stillWanted(Future<T> answer) {
    return answer.transform(answered -> over ? Future.failedFuture(unwanted()) : answer);
  }

  static VertxException unwanted() {
    return new VertxException("nobody waits for it any more", true);
  }

  /** Fails where the server takes no writes: it is a replica, or became one. */
  Future<RedisCall> requireMaster() {
    return send(List.of(Request.cmd(Command.ROLE)))
        .compose(
            answers ->
                RedisServerConnection.isMaster(answers.get(0))
                    ? Future.succeededFuture(this)
                    : Future.failedFuture(notMaster()));
  }

  VertxException notMaster() {
    return new VertxException(connection.host() + " is not the master", true);
  }
}

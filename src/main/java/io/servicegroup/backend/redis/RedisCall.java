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
 * The work of one caller on a connection, bounded in time. Several calls share a connection; a call
 * that runs out of time does not end the others. Once a call is over, no further command is sent
 * for it and late answers are ignored.
 */
final class RedisCall {

  private final RedisServerConnection connection;
  private boolean over;

  private RedisCall(RedisServerConnection connection) {
    this.connection = connection;
  }

  /**
   * Runs work within the rest of the bound. Must be called on the context on which the future is to
   * complete.
   *
   * @param started when the bound began, by {@link System#nanoTime}
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

  /** Sends one command whose failure no other command depends on. */
  Future<Response> ask(Request request) {
    return stillWanted(connection.ask(request, () -> over));
  }

  private <T> Future<T> stillWanted(Future<T> answer) {
    return answer.transform(answered -> over ? Future.failedFuture(unwanted()) : answer);
  }

  static VertxException unwanted() {
    return new VertxException("nobody waits for it any more", true);
  }

  /** Fails where the server is a replica, which takes no writes. */
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

package io.servicegroup.backend.redis;

import io.servicegroup.backend.common.NotificationTransport;
import io.servicegroup.config.BackendUri.Host;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** A connection that subscribes to one channel. */
final class RedisNotificationConnection implements NotificationTransport.Connection {

  private final RedisServerConnection connection;
  private final String channel;
  private final Duration timeout;

  RedisNotificationConnection(RedisServerConnection connection, String channel, Duration timeout) {
    this.connection = connection;
    this.channel = channel;
    this.timeout = timeout;
  }

  Host host() {
    return connection.host();
  }

  /**
   * Subscribes. Redis sends the answer to SUBSCRIBE as a message, so the handler of messages
   * completes the future.
   */
  @Override
  public Future<Void> subscribe(Consumer<String> heard) {
    Promise<Void> subscribed = Promise.promise();
    connection.driver().handler(message -> take(message, subscribed, heard));
    return RedisCall.within(
        timeout,
        System.nanoTime(),
        connection,
        call ->
            connection
                .driver()
                .send(Request.cmd(Command.SUBSCRIBE).arg(channel))
                .compose(sent -> subscribed.future()));
  }

  private static void take(Response message, Promise<Void> subscribed, Consumer<String> heard) {
    if (message.type() == ResponseType.ERROR) {
      subscribed.tryFail(new RedisServerConnection.Refused(message.toString()));
    } else if (message.size() == 3 && "subscribe".equals(message.get(0).toString())) {
      subscribed.tryComplete();
    } else if (message.size() == 3 && "message".equals(message.get(0).toString())) {
      heard.accept(message.get(2).toString());
    }
  }

  @Override
  public Future<Void> check() {
    List<Request> ping = List.of(Request.cmd(Command.PING));
    return RedisCall.within(timeout, System.nanoTime(), connection, call -> call.send(ping))
        .mapEmpty();
  }

  @Override
  public boolean isClosed() {
    return connection.isClosed();
  }

  @Override
  public void onClosed(Runnable then) {
    connection.onClosed(then);
  }

  @Override
  public Future<Void> close() {
    return connection.close();
  }
}

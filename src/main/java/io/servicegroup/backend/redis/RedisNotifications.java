package io.servicegroup.backend.redis;

import io.servicegroup.backend.common.NotificationChannel;
import io.servicegroup.backend.common.NotificationTransport;
import io.servicegroup.config.BackendUri.Host;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/** Announces and receives on one channel of Redis. Used on one context. */
final class RedisNotifications implements NotificationTransport<RedisNotificationConnection> {

  /** The payload by which the receiver is told that announcements may have been missed. */
  static final String RESYNC = "";

  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

  /**
   * The longest pause between attempts where the server refuses channels: a missing right is seldom
   * granted soon.
   */
  private static final Duration LONGEST_REFUSED = Duration.ofSeconds(30);

  private final RedisConnector connector;
  private final String channel;
  private final Duration timeout;
  private final Function<Request, Future<?>> sender;
  private final NotificationChannel<RedisNotificationConnection> notifications;

  RedisNotifications(
      Vertx vertx,
      RedisConnector connector,
      String channel,
      Duration timeout,
      Function<Request, Future<?>> sender,
      Consumer<String> receiver) {
    this.connector = connector;
    this.channel = channel;
    this.timeout = timeout;
    this.sender = sender;
    this.notifications =
        new NotificationChannel<>(
            vertx,
            vertx.getOrCreateContext(),
            this,
            new NotificationChannel.Pace(RETRY, LONGEST_RETRY, RETRY, LONGEST_REFUSED, timeout),
            receiver,
            () -> receiver.accept(RESYNC));
  }

  /**
   * Subscribes. Completes after the first attempt; failed attempts are repeated in the background.
   * Never fails.
   */
  Future<Void> start() {
    return notifications.start().mapEmpty();
  }

  /** Ends the subscription. Never fails. */
  Future<Void> stop() {
    return notifications.stop();
  }

  /** Replaces a connection to another server than the master. */
  void keepOnly(Host master) {
    notifications.replace(
        connection -> !connection.host().equals(master), "its server is not the master any more");
  }

  boolean isListening() {
    return notifications.isListening();
  }

  boolean isAnnouncing() {
    return notifications.isAnnouncing();
  }

  Request announcement(String payload) {
    return Request.cmd(Command.PUBLISH).arg(channel).arg(payload);
  }

  @Override
  public Future<RedisNotificationConnection> connect() {
    return connector
        .connect(timeout)
        .map(connection -> new RedisNotificationConnection(connection, channel, timeout));
  }

  @Override
  public Future<?> announce(String payload) {
    return sender.apply(announcement(payload));
  }

  @Override
  public boolean isRefusal(Throwable failure) {
    return failure instanceof RedisServerConnection.Refused;
  }

  @Override
  public String notArriving(boolean before, Throwable why) {
    return "Announcements on the channel %s of %s do not arrive; news is found by polling: %s"
        .formatted(
            channel,
            connector,
            why == null ? "one that tests it was lost on its way" : Why.of(why));
  }

  @Override
  public String arriving() {
    return "Announcements on the channel %s of %s arrive".formatted(channel, connector);
  }
}

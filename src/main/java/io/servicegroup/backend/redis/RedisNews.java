package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri.Host;
import io.servicegroup.runtime.Backoff;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that hears of news at once. Its loss only slows: what is announced is found by the
 * next poll too. Whether announcements arrive is tried out with one of our own, since a user's
 * rights may forbid channels. To be used on one context.
 */
final class RedisNews {

  /** Tells that something may have been missed. */
  static final String RESYNC = "";

  private static final Logger LOG = LoggerFactory.getLogger(RedisNews.class);
  private static final String TEST = "test ";
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

  /** Where channels are forbidden they will be so for a while. */
  private static final Duration LONGEST_REFUSED = Duration.ofSeconds(30);

  private static final Duration CHECK = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final RedisConnector connector;
  private final String channel;
  private final Duration timeout;
  private final Function<Request, Future<?>> sender;
  private final Consumer<String> receiver;
  private RedisLink link;
  private Promise<Void> subscribed;
  private Promise<Boolean> test;
  private boolean established;
  private boolean announcing;
  private final Backoff pause = new Backoff(RETRY, LONGEST_RETRY);
  private final Backoff longPause = new Backoff(RETRY, LONGEST_REFUSED);
  private boolean mayHaveMissed;
  private boolean warned;
  private boolean stopped;

  RedisNews(
      Vertx vertx,
      RedisConnector connector,
      String channel,
      Duration timeout,
      Function<Request, Future<?>> sender,
      Consumer<String> receiver) {
    this.vertx = vertx;
    this.connector = connector;
    this.channel = channel;
    this.timeout = timeout;
    this.sender = sender;
    this.receiver = receiver;
  }

  /** Completes when it listens, or tries again later; never fails. */
  Future<Void> start() {
    return connector
        .connect(timeout)
        .compose(this::establish)
        .onSuccess(this::established)
        .onFailure(this::lost)
        .<Void>mapEmpty()
        .otherwiseEmpty();
  }

  /** Never fails. */
  Future<Void> stop() {
    stopped = true;
    return link == null ? Future.succeededFuture() : link.close();
  }

  /** Lets go of a server that is not the master any more. */
  void keepOnly(Host master) {
    if (established && !link.host().equals(master)) {
      link.close();
      lost(new VertxException(link.host() + " is not the master any more", true));
    }
  }

  /** Whether announcements of others arrive at present. */
  boolean isListening() {
    return established;
  }

  /** Whether announcing is allowed and reaches this agent, and hence probably the others. */
  boolean isAnnouncing() {
    return announcing;
  }

  Request announcement(String payload) {
    return Request.cmd(Command.PUBLISH).arg(channel).arg(payload);
  }

  private Future<Boolean> establish(RedisLink opened) {
    if (stopped) {
      return opened.close().compose(done -> Future.failedFuture("stopped"));
    }
    link = opened;
    String payload = TEST + UUID.randomUUID();
    Promise<Void> heard = Promise.promise();
    Promise<Boolean> arrived = Promise.promise();
    subscribed = heard;
    test = arrived;
    opened.onClosed(
        () -> {
          heard.tryFail(closed());
          arrived.tryFail(closed());
        });
    opened.connection().handler(message -> heard(message, payload));
    return RedisCall.within(
            timeout,
            System.nanoTime(),
            opened,
            call ->
                opened
                    .connection()
                    .send(Request.cmd(Command.SUBSCRIBE).arg(channel))
                    .compose(sent -> heard.future())
                    .compose(listening -> sender.apply(announcement(payload)))
                    .compose(sent -> arrived.future()))
        .onFailure(failure -> opened.close());
  }

  private void heard(Response message, String payload) {
    if (message.type() == ResponseType.ERROR) {
      subscribed.tryFail(new VertxException(message.toString(), true));
    } else if (message.size() == 3 && "subscribe".equals(message.get(0).toString())) {
      subscribed.tryComplete();
    } else if (message.size() == 3 && "message".equals(message.get(0).toString())) {
      String text = message.get(2).toString();
      if (text.equals(payload)) {
        test.tryComplete(true);
      } else if (!text.startsWith(TEST)) {
        receiver.accept(text);
      }
    }
  }

  private static VertxException closed() {
    return new VertxException("the connection was closed", true);
  }

  private void established(boolean arrives) {
    if (link.isClosed()) {
      lost(closed());
      return;
    }
    announcing = arrives;
    established = true;
    pause.succeeded();
    longPause.succeeded();
    if (warned) {
      warned = false;
      LOG.info("Announcements on the channel {} of {} arrive", channel, connector);
    }
    link.onClosed(() -> lost(closed()));
    if (mayHaveMissed) {
      receiver.accept(RESYNC);
    }
    mayHaveMissed = true;
    check(link);
  }

  /** A connection that was cut without a word would be silent for ever. */
  private void check(RedisLink checked) {
    vertx.setTimer(
        CHECK.toMillis(),
        id -> {
          if (!checked.isClosed()) {
            List<Request> ping = List.of(Request.cmd(Command.PING));
            RedisCall.within(timeout, System.nanoTime(), checked, call -> call.send(ping))
                .onSuccess(pong -> check(checked))
                .onFailure(failure -> silent(checked, failure));
          }
        });
  }

  private void silent(RedisLink checked, Throwable failure) {
    if (!checked.isClosed()) {
      checked.close();
      lost(failure);
    }
  }

  private void lost(Throwable failure) {
    if (stopped) {
      return;
    }
    boolean unheard = !established && link != null;
    if (unheard && !warned) {
      warned = true;
      LOG.warn(
          "Announcements on the channel {} of {} do not arrive; news is found by polling: {}",
          channel,
          connector,
          Why.of(failure));
    }
    // Whoever polls the same server says that it is lost; here only haste is.
    LOG.debug("not listening on {} for the moment", connector, failure);
    mayHaveMissed = true;
    // A loss of this connection alone keeps nobody from announcing.
    announcing = announcing && !unheard;
    established = false;
    link = null;
    Duration wait = unheard ? longPause.failed() : pause.failed();
    vertx.setTimer(wait.toMillis(), id -> retry());
  }

  private void retry() {
    if (!stopped) {
      start();
    }
  }
}

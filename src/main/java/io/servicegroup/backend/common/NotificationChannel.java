package io.servicegroup.backend.common;

import io.servicegroup.runtime.Backoff;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a connection that receives notifications, and makes another after each loss. Without it,
 * changes are only seen later, because the next poll finds them too. The channel tests each
 * connection with a notification of its own, sent on the path that all agents use: a pooler ignores
 * subscriptions silently, and the user may lack the right.
 *
 * <p>Used on one context; the receivers are called on it.
 *
 * @param <C> the technology's connections
 */
public final class NotificationChannel<C extends NotificationTransport.Connection> {

  private static final Logger LOG = LoggerFactory.getLogger(NotificationChannel.class);
  private static final String TEST = "test ";

  /**
   * The interval of checks, without which a connection that was cut silently would never be
   * noticed.
   */
  private static final Duration CHECK = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Context context;
  private final NotificationTransport<C> transport;
  private final Pace pace;
  private final Backoff pause;
  private final Backoff unheardPause;
  private final Consumer<String> heard;
  private final Runnable missed;
  private final Promise<Boolean> first = Promise.promise();
  private C connection;
  private volatile boolean listening;
  private boolean everListened;
  private boolean announcing;
  private boolean warned;
  private boolean mayHaveMissed;
  private boolean retrying;
  private boolean stopped;

  /**
   * The pauses between attempts, which grow with each failure in a row.
   *
   * @param retry the first pause after the loss of a connection
   * @param longestRetry the longest pause after a loss
   * @param unheard the first pause where notifications do not arrive
   * @param longestUnheard the longest pause where notifications do not arrive
   * @param arrival how long the test notification may take
   */
  public record Pace(
      Duration retry,
      Duration longestRetry,
      Duration unheard,
      Duration longestUnheard,
      Duration arrival) {}

  /**
   * Creates a channel that is not connected yet.
   *
   * @param vertx for timers
   * @param context on which the channel is used and the receivers are called
   * @param transport the technology's means of notification
   * @param pace the pauses between attempts
   * @param heard receives each payload, except those of tests
   * @param missed is called after each time in which notifications may have been missed
   */
  public NotificationChannel(
      Vertx vertx,
      Context context,
      NotificationTransport<C> transport,
      Pace pace,
      Consumer<String> heard,
      Runnable missed) {
    this.vertx = vertx;
    this.context = context;
    this.transport = transport;
    this.pace = pace;
    this.pause = new Backoff(pace.retry(), pace.longestRetry());
    this.unheardPause = new Backoff(pace.unheard(), pace.longestUnheard());
    this.heard = heard;
    this.missed = missed;
  }

  /**
   * Subscribes and stays subscribed through every loss until {@link #stop}. To be called once.
   *
   * @return whether the first attempt succeeded; never fails. {@link #isListening()} tells the
   *     present state
   */
  public Future<Boolean> start() {
    context.runOnContext(nothing -> connect());
    return first.future();
  }

  /**
   * Ends the subscription and closes the connection.
   *
   * @return never fails
   */
  public Future<Void> stop() {
    stopped = true;
    listening = false;
    first.tryComplete(false);
    return connection == null ? Future.succeededFuture() : connection.close();
  }

  /** Whether notifications arrive at present. */
  public boolean isListening() {
    return listening;
  }

  /**
   * Whether announcements are allowed and reach this agent, and thus probably the others. The loss
   * of the connection alone does not change this.
   */
  public boolean isAnnouncing() {
    return announcing;
  }

  /**
   * Replaces a connection that leads to the wrong server by now.
   *
   * @param which whether a connection leads to the wrong server
   * @param why the reason, for the log
   */
  public void replace(Predicate<C> which, String why) {
    if (connection != null && !retrying && which.test(connection)) {
      lost(new VertxException(why, true));
    }
  }

  private void connect() {
    retrying = false;
    connection = null;
    if (stopped) {
      return;
    }
    transport.connect().onSuccess(this::establish).onFailure(this::lost);
  }

  private void establish(C opened) {
    if (stopped) {
      opened.close();
      return;
    }
    connection = opened;
    opened.onClosed(() -> ended(opened));
    String test = TEST + UUID.randomUUID();
    Promise<Boolean> arrived = Promise.promise();
    opened
        .subscribe(payload -> heard(payload, test, arrived))
        .compose(listens -> transport.announce(test))
        .compose(
            announced -> {
              long timer =
                  vertx.setTimer(pace.arrival().toMillis(), late -> arrived.tryComplete(false));
              return arrived.future().onComplete(done -> vertx.cancelTimer(timer));
            })
        .onSuccess(arrives -> tested(opened, arrives))
        .onFailure(failure -> failed(opened, failure));
  }

  private void heard(String payload, String test, Promise<Boolean> arrived) {
    if (payload.equals(test)) {
      arrived.tryComplete(true);
    } else if (!payload.startsWith(TEST)) {
      heard.accept(payload);
    }
  }

  private void tested(C opened, boolean arrives) {
    if (connection != opened || retrying) {
      return; // another connection has replaced it
    }
    if (opened.isClosed()) {
      lost(closed());
    } else if (arrives) {
      established();
    } else {
      unheard(null);
    }
  }

  private void failed(C opened, Throwable failure) {
    if (connection != opened || retrying) {
      return;
    }
    if (!opened.isClosed() && transport.isRefusal(failure)) {
      unheard(failure);
    } else {
      lost(failure);
    }
  }

  private void established() {
    if (warned) {
      warned = false;
      LOG.info("{}", transport.arriving());
    }
    listening = true;
    everListened = true;
    announcing = true;
    pause.succeeded();
    unheardPause.succeeded();
    first.tryComplete(true);
    if (mayHaveMissed) {
      missed.run();
    }
    mayHaveMissed = true;
    check(connection);
  }

  private void check(C checked) {
    vertx.setTimer(
        CHECK.toMillis(),
        id -> {
          if (connection == checked && !retrying && !stopped) {
            checked
                .check()
                .onSuccess(right -> check(checked))
                .onFailure(failure -> replace(one -> one == checked, failure.getMessage()));
          }
        });
  }

  private static VertxException closed() {
    return new VertxException("the connection was closed", true);
  }

  private void ended(C which) {
    if (which == connection && !stopped && !retrying) {
      lost(closed());
    }
  }

  /**
   * Handles a test that failed. Notifications may never arrive here, or this test may only have
   * been late, so it is repeated with growing pauses.
   */
  private void unheard(Throwable why) {
    if (!warned) {
      warned = true;
      LOG.warn("{}", transport.notArriving(everListened, why));
    }
    announcing = false;
    again(unheardPause.failed());
  }

  private void lost(Throwable failure) {
    // Only at debug level: the polls of the same server report its loss.
    LOG.debug("not listening for the moment", failure);
    again(pause.failed());
  }

  private void again(Duration wait) {
    listening = false;
    if (stopped || retrying) {
      return;
    }
    retrying = true;
    mayHaveMissed = true;
    first.tryComplete(false);
    vertx.setTimer(wait.toMillis(), id -> connect());
    if (connection != null) {
      connection.close();
    }
  }
}

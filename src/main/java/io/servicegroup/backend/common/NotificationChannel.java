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
 * A connection that hears of news at once, and is made again after each loss. Its loss only slows:
 * what is announced is found by the next poll too. Whether announcements arrive is tried out with
 * one of our own, on the path of everybody's: a pooler swallows subscriptions without a word, and a
 * user's rights may forbid them.
 *
 * <p>To be used on one context; whoever is told, is told on it.
 *
 * @param <C> the technology's connections
 */
public final class NotificationChannel<C extends NotificationChannel.Connection> {

  private static final Logger LOG = LoggerFactory.getLogger(NotificationChannel.class);
  private static final String TEST = "test ";

  /** A connection that was cut without a word would be silent for ever. */
  private static final Duration CHECK = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Context context;
  private final Transport<C> transport;
  private final Pace pace;
  private final Backoff pause;
  private final Backoff deafPause;
  private final Consumer<String> heard;
  private final Runnable missed;
  private final Promise<Boolean> first = Promise.promise();
  private C connection;
  private boolean listening;
  private boolean everListened;
  private boolean announcing;
  private boolean warned;
  private boolean mayHaveMissed;
  private boolean retrying;
  private boolean stopped;

  /** One connection that listens. Used on one context. */
  public interface Connection {

    /**
     * Begins to listen.
     *
     * @param heard is given each payload
     * @return fails where that is refused, or not answered within the technology's own bound
     */
    Future<Void> subscribe(Consumer<String> heard);

    /**
     * Asks whether this is the connection to have still.
     *
     * @return fails where it gives no answer, or another one is to take its place
     */
    Future<Void> check();

    /** Whether it is over, whoever ended it. */
    boolean isClosed();

    /**
     * Is told once when somebody else ended the connection, and perhaps when this agent did.
     *
     * @param then what follows
     */
    void onClosed(Runnable then);

    /**
     * Ends it.
     *
     * @return never fails
     */
    Future<Void> close();
  }

  /**
   * How a technology announces.
   *
   * @param <C> its connections
   */
  public interface Transport<C extends Connection> {

    /**
     * Connects to whoever announces now.
     *
     * @return a connection that does not listen yet; fails within the technology's own bound
     */
    Future<C> connect();

    /**
     * Announces, on the path on which everybody does.
     *
     * @param payload a short text
     * @return fails where that is refused, or not answered within the technology's own bound
     */
    Future<?> announce(String payload);

    /**
     * Whether a server answered that this user may not, so that it is of no use to ask again soon.
     *
     * @param failure of a subscription or an announcement
     * @return false where there was no answer
     */
    boolean isRefusal(Throwable failure);

    /**
     * What is said once where nothing arrives.
     *
     * @param before whether something did, earlier
     * @param why the refusal, or null where there was none
     * @return a sentence: cause, effect and what to do
     */
    String notArriving(boolean before, Throwable why);

    /**
     * What is said where something arrives after all.
     *
     * @return a sentence
     */
    String arriving();
  }

  /**
   * When things are tried again. All waits get longer with each failure in a row.
   *
   * @param retry the first wait after a loss
   * @param longestRetry no wait after a loss is longer
   * @param deaf the first wait where nothing arrives
   * @param longestDeaf no wait where nothing arrives is longer
   * @param arrival for how long a test may be under way
   */
  public record Pace(
      Duration retry,
      Duration longestRetry,
      Duration deaf,
      Duration longestDeaf,
      Duration arrival) {}

  /**
   * Makes one that is not connected yet.
   *
   * @param vertx for timers
   * @param context on which it is used, and on which whoever is told is told
   * @param transport how the technology announces
   * @param pace when things are tried again
   * @param heard is given each payload of others
   * @param missed is told after each time in which something may have been missed
   */
  public NotificationChannel(
      Vertx vertx,
      Context context,
      Transport<C> transport,
      Pace pace,
      Consumer<String> heard,
      Runnable missed) {
    this.vertx = vertx;
    this.context = context;
    this.transport = transport;
    this.pace = pace;
    this.pause = new Backoff(pace.retry(), pace.longestRetry());
    this.deafPause = new Backoff(pace.deaf(), pace.longestDeaf());
    this.heard = heard;
    this.missed = missed;
  }

  /**
   * Begins to listen, and goes on with it through every loss until {@link #stop}. Called once.
   *
   * @return whether the first attempt succeeded; never fails. What becomes of it later, {@link
   *     #isListening()} tells
   */
  public Future<Boolean> start() {
    context.runOnContext(nothing -> connect());
    return first.future();
  }

  /**
   * Ends it.
   *
   * @return never fails
   */
  public Future<Void> stop() {
    stopped = true;
    listening = false;
    first.tryComplete(false);
    return connection == null ? Future.succeededFuture() : connection.close();
  }

  /** Whether announcements of others arrive at present. */
  public boolean isListening() {
    return listening;
  }

  /**
   * Whether announcing is allowed and reaches this agent, and hence probably the others. A loss of
   * the connection alone keeps nobody from announcing.
   */
  public boolean isAnnouncing() {
    return announcing;
  }

  /**
   * Lets go of a connection that leads to the wrong server by now, and makes another.
   *
   * @param which whether it is that one
   * @param why for the log
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
      return; // it was replaced meanwhile
    }
    if (opened.isClosed()) {
      lost(closed());
    } else if (arrives) {
      established();
    } else {
      deaf(null);
    }
  }

  private void failed(C opened, Throwable failure) {
    if (connection != opened || retrying) {
      return;
    }
    if (!opened.isClosed() && transport.isRefusal(failure)) {
      deaf(failure);
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
    deafPause.succeeded();
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

  /** Nothing may ever arrive here, or this once it was late: it is tried again, ever slower. */
  private void deaf(Throwable why) {
    if (!warned) {
      warned = true;
      LOG.warn("{}", transport.notArriving(everListened, why));
    }
    announcing = false;
    again(deafPause.failed());
  }

  private void lost(Throwable failure) {
    // Whoever polls the same server says that it is lost; here only haste is.
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

package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.DialingVertx;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.net.SocketAddress;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one server. It can be closed in any state without waiting for an answer,
 * because it has a socket of its own.
 */
final class RedisServerConnection {

  private static final Logger LOG = LoggerFactory.getLogger(RedisServerConnection.class);

  /**
   * The most commands without an answer: slightly less than the driver's limit, at which it fails
   * every command of the connection.
   */
  static final int MOST_UNANSWERED = 2000;

  private static final String MASTER = "master";

  /** The error with which the driver, not a server, reports a closed connection. */
  private static final String CLOSED = "CONNECTION_CLOSED";

  private final Vertx vertx;
  private final BackendUri.Host host;
  private final Redis redis;
  private RedisConnection driver;
  private Runnable onClosed = () -> {};
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private int unanswered;
  private int calls;
  private long answeredNanos = System.nanoTime();
  private boolean retired;
  private boolean closed;

  private RedisServerConnection(Vertx vertx, BackendUri.Host host, Redis redis) {
    this.vertx = vertx;
    this.host = host;
    this.redis = redis;
  }

  /** Connects within the bound. A failed attempt leaves no open socket. */
  static Future<RedisServerConnection> open(
      Vertx vertx, BackendUri.Host host, RedisOptions options, Duration bound) {
    RedisServerConnection connection =
        new RedisServerConnection(vertx, host, Redis.createClient(dialing(vertx, host), options));
    return OnContext.within(vertx, bound.toMillis(), connection.redis.connect())
        .map(connection::connected)
        .recover(
            failure ->
                connection
                    .close()
                    .transform(
                        done ->
                            connection.failed(
                                failure, bound, options.getNetClientOptions().isSsl())));
  }

  private static Vertx dialing(Vertx vertx, BackendUri.Host host) {
    return new DialingVertx(vertx, SocketAddress.inetSocketAddress(host.port(), host.name()));
  }

  private RedisServerConnection connected(RedisConnection opened) {
    driver = opened;
    driver.exceptionHandler(failure -> ended());
    driver.endHandler(nothing -> ended());
    return this;
  }

  private void ended() {
    if (!closed) {
      close();
      onClosed.run();
    }
  }

  private <T> Future<T> failed(Throwable failure, Duration bound, boolean tls) {
    if (!(failure instanceof TimeoutException)) {
      return Future.failedFuture(readable(failure));
    }
    return Future.failedFuture(
        tls
            ? new TimeoutException(late(bound).getMessage() + " (does this port speak TLS?)")
            : late(bound));
  }

  TimeoutException late(Duration bound) {
    return new TimeoutException(host + ": no answer within " + bound.toMillis() + " ms");
  }

  /**
   * Shortens a failure to one sentence: the driver describes a refused batch with a line for each
   * command.
   */
  private VertxException readable(Throwable failure) {
    LOG.debug("{} failed", host, failure);
    String said = host + ": " + why(failure);
    return failure instanceof ErrorType error && !error.is(CLOSED)
        ? new Refused(said)
        : new VertxException(said, true);
  }

  /**
   * The reason of a failure. The driver uses one type for its own failures and for the servers'
   * errors.
   */
  private static String why(Throwable failure) {
    return failure instanceof ErrorType error && error.is(CLOSED)
        ? "the server closed the connection"
        : Why.of(failure);
  }

  /** A server's error, such as a missing right, as opposed to a failure of the connection. */
  static final class Refused extends VertxException {
    private static final long serialVersionUID = 1;

    Refused(String why) {
      super(why, true);
    }
  }

  BackendUri.Host host() {
    return host;
  }

  boolean isClosed() {
    return closed;
  }

  /** Sets what runs when the connection ends by other means than {@link #close}. */
  void onClosed(Runnable then) {
    onClosed = then;
  }

  /** The driver's connection, for subscriptions. */
  RedisConnection driver() {
    return driver;
  }

  Vertx vertx() {
    return vertx;
  }

  void callBegan() {
    calls++;
  }

  void callEnded() {
    calls--;
    closeIfDone();
  }

  /** Lets no new call begin; closes the connection when the calls under way have ended. */
  void retire() {
    retired = true;
    closeIfDone();
  }

  private void closeIfDone() {
    if (retired && calls == 0 && !closed) {
      close();
    }
  }

  /**
   * Whether the server answered anything since a time.
   *
   * @param nanos by {@link System#nanoTime}
   */
  boolean hasAnsweredSince(long nanos) {
    return answeredNanos - nanos > 0;
  }

  /**
   * Sends commands together. Commands whose caller has given up when their turn comes are not sent.
   */
  Future<List<Response>> send(List<Request> requests, BooleanSupplier unwanted) {
    return inTurn(requests.size(), () -> driver.batch(requests), unwanted);
  }

  /** As {@link #send}, for one command whose failure no other command depends on. */
  Future<Response> ask(Request request, BooleanSupplier unwanted) {
    return inTurn(1, () -> driver.send(request), unwanted);
  }

  /**
   * Queues commands beyond {@link #MOST_UNANSWERED}: at its own limit the driver would fail every
   * command of the connection.
   */
  private <T> Future<T> inTurn(
      int commands, Supplier<Future<T>> sending, BooleanSupplier unwanted) {
    Promise<T> answer = Promise.promise();
    waiting.add(
        new Waiting(
            commands,
            unwanted,
            () -> answer.fail(RedisCall.unwanted()),
            () ->
                sending
                    .get()
                    .onComplete(
                        answered -> {
                          unanswered -= commands;
                          answeredNanos = System.nanoTime();
                          sendNext();
                        })
                    .onComplete(answer)));
    sendNext();
    return answer.future().recover(failure -> Future.failedFuture(readable(failure)));
  }

  private void sendNext() {
    while (!waiting.isEmpty()
        && (waiting.peek().unwanted.getAsBoolean()
            || unanswered == 0
            || unanswered + waiting.peek().commands <= MOST_UNANSWERED)) {
      Waiting next = waiting.poll();
      if (next.unwanted.getAsBoolean()) {
        next.dropping.run();
      } else {
        unanswered += next.commands;
        next.sending.run();
      }
    }
  }

  private record Waiting(
      int commands, BooleanSupplier unwanted, Runnable dropping, Runnable sending) {}

  static boolean isMaster(Response role) {
    return MASTER.equals(role.get(0).toString());
  }

  /** Closes the socket at once. Never fails. */
  Future<Void> close() {
    closed = true;
    return redis.close().otherwiseEmpty();
  }
}

package io.servicegroup.backend.memcached;

import io.servicegroup.backend.memcached.MemcachedAnswer.Full;
import io.servicegroup.backend.memcached.MemcachedAnswer.Items;
import io.servicegroup.backend.memcached.MemcachedAnswer.ServerError;
import io.servicegroup.backend.memcached.MemcachedAnswer.Word;
import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.NoNameServerException;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.ReconnectPause;
import io.servicegroup.runtime.Why;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Keeps one connection to one server, made when it is needed, and bounds every call on it. A
 * connection on which a call ran out of time is replaced by the next call; the calls that still
 * wait on it keep their own bounds. Used on one context.
 */
final class MemcachedClient {

  /** The flag with which tooz's client marks bytes. */
  static final int RAW = 1;

  /** The flag with which tooz's client marks MessagePack. */
  static final int MSGPACK = 2;

  private static final int FOR_EVER = 0;
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(5);

  private final MemcachedConnector connector;
  private final BackendUri.Host host;
  private final Supplier<Duration> bound;
  private final ReconnectPause pause;
  private final Set<MemcachedConnection> retired = new HashSet<>();
  private MemcachedConnection connection;
  private Future<MemcachedConnection> connecting;
  private boolean closed;

  /**
   * Creates a client; nothing connects yet.
   *
   * @param bound the bound of a call, evaluated for each
   * @param pause the pause between attempts to connect, shared by the clients of a server
   */
  MemcachedClient(
      MemcachedConnector connector,
      BackendUri.Host host,
      Supplier<Duration> bound,
      ReconnectPause pause) {
    this.connector = connector;
    this.host = host;
    this.bound = bound;
    this.pause = pause;
  }

  /** Completes when the client is connected. */
  Future<Void> connected() {
    return connection(FIRST_CONTACT).recover(this::explained).mapEmpty();
  }

  /** Reads keys; the answer contains those that have a value. */
  Future<Map<String, MemcachedItem>> get(Collection<String> keys) {
    if (keys.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    List<String> all = List.copyOf(keys);
    List<MemcachedCommand> commands = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MemcachedCommand.MOST_KEYS) {
      int to = Math.min(all.size(), from + MemcachedCommand.MOST_KEYS);
      commands.add(MemcachedCommand.get(all.subList(from, to)));
    }
    return send(commands)
        .map(
            answers -> {
              Map<String, MemcachedItem> found = new HashMap<>();
              answers.forEach(answer -> found.putAll(((Items) answer).items()));
              return found;
            });
  }

  /** Writes values in one round trip; fails where one was not stored. */
  Future<Void> set(Map<String, byte[]> values, int seconds) {
    if (values.isEmpty()) {
      return Future.succeededFuture();
    }
    List<MemcachedCommand> commands = new ArrayList<>(values.size());
    values.forEach((key, value) -> commands.add(MemcachedCommand.set(key, value, RAW, seconds)));
    return set(commands);
  }

  /**
   * Sends commands that write or renew values in one round trip, and in another one what takes the
   * place of renewals that found no value; fails where a value was not stored.
   */
  Future<Void> set(List<MemcachedCommand> commands) {
    return commands.isEmpty()
        ? Future.succeededFuture()
        : send(commands).compose(answers -> allStored(commands, answers));
  }

  private Future<Void> allStored(List<MemcachedCommand> commands, List<MemcachedAnswer> answers) {
    List<MemcachedCommand> missing = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      MemcachedAnswer answer = answers.get(i);
      MemcachedCommand otherwise = commands.get(i).otherwise();
      if (answer == Word.NOT_FOUND && otherwise != null) {
        missing.add(otherwise);
      } else if (answer != Word.STORED && answer != Word.TOUCHED) {
        return Future.failedFuture(
            failure("stored nothing: " + (answer instanceof Full full ? full.words() : answer)));
      }
    }
    return set(missing);
  }

  /** Writes MessagePack without expiry where the key has no value. */
  Future<MemcachedAnswer> add(String key, byte[] value) {
    return one(MemcachedCommand.add(key, value, MSGPACK, FOR_EVER));
  }

  /** Writes MessagePack without expiry where the value has not changed since it was read. */
  Future<MemcachedAnswer> replace(String key, byte[] value, MemcachedItem read) {
    return one(MemcachedCommand.replace(key, value, MSGPACK, FOR_EVER, read.version()));
  }

  /** Writes text where the key has no value. 0 seconds mean no expiry. */
  Future<MemcachedAnswer> addText(String key, byte[] value, int seconds) {
    return one(MemcachedCommand.add(key, value, RAW, seconds));
  }

  /** Writes text where the present value has this version. 0 seconds mean no expiry. */
  Future<MemcachedAnswer> replaceText(String key, byte[] value, long version, int seconds) {
    return one(MemcachedCommand.replace(key, value, RAW, seconds, version));
  }

  private Future<MemcachedAnswer> one(MemcachedCommand command) {
    return send(List.of(command)).map(answers -> answers.get(0));
  }

  Future<Void> delete(Collection<String> keys) {
    return keys.isEmpty()
        ? Future.succeededFuture()
        : send(keys.stream().map(MemcachedCommand::delete).toList()).mapEmpty();
  }

  /** Closes the connection; calls that wait for an answer fail. */
  void close() {
    closed = true;
    drop();
  }

  /** Closes a connection that does not answer; the next call makes another. */
  void drop() {
    List<MemcachedConnection> dropped = new ArrayList<>(retired);
    retired.clear();
    if (connection != null) {
      dropped.add(connection);
      connection = null;
    }
    dropped.forEach(MemcachedConnection::close);
  }

  private Future<List<MemcachedAnswer>> send(List<MemcachedCommand> commands) {
    Duration most = bound.get();
    long deadline = System.nanoTime() + most.toNanos();
    return connection(most)
        .compose(open -> open.send(commands, deadline, most.toMillis()))
        .compose(this::understood)
        .recover(this::explained);
  }

  private Future<List<MemcachedAnswer>> understood(List<MemcachedAnswer> answers) {
    pause.succeeded();
    for (MemcachedAnswer answer : answers) {
      if (answer instanceof ServerError error) {
        return Future.failedFuture(new VertxException("refused: " + error.words(), true));
      }
    }
    return Future.succeededFuture(answers);
  }

  private Future<MemcachedConnection> connection(Duration within) {
    if (closed) {
      return Future.failedFuture(new VertxException("the connection is closed", true));
    }
    if (connection != null && connection.isUsable()) {
      return Future.succeededFuture(connection);
    }
    retireUnusable();
    Duration left = pause.left();
    if (left.compareTo(within) >= 0) {
      return Future.failedFuture(pause.why());
    }
    if (connecting == null || connecting.isComplete()) {
      connecting = pause(left).compose(waited -> connect()).onComplete(this::connected);
    }
    long millis = within.toMillis();
    return OnContext.within(connector.vertx(), millis, connecting)
        .recover(failure -> Future.failedFuture(late(failure, millis)));
  }

  private void retireUnusable() {
    retired.removeIf(MemcachedConnection::isClosed);
    if (connection != null && !connection.isClosed()) {
      retired.add(connection);
    }
    connection = null;
  }

  private Future<Void> pause(Duration left) {
    return left.isZero()
        ? Future.succeededFuture()
        : connector.vertx().timer(left.toMillis() + 1, TimeUnit.MILLISECONDS).mapEmpty();
  }

  private Future<MemcachedConnection> connect() {
    return closed
        ? Future.failedFuture(new VertxException("the connection is closed", true))
        : connector.connect(host, this::lost);
  }

  /**
   * The failure of a call that waited for a connection: the reason why the last attempt failed,
   * where there was one.
   */
  private Throwable late(Throwable failure, long millis) {
    if (!(failure instanceof TimeoutException)) {
      return failure;
    }
    return pause.why() == null
        ? new TimeoutException("did not answer within " + millis + " ms")
        : pause.why();
  }

  private void connected(AsyncResult<MemcachedConnection> result) {
    if (result.failed()) {
      pause.failed(result.cause());
    } else if (closed) {
      result.result().close();
    } else {
      connection = result.result();
    }
  }

  private void lost(Throwable why) {
    if (why instanceof TimeoutException) {
      pause.late(why);
    } else {
      pause.failed(why);
    }
  }

  private <T> Future<T> explained(Throwable failure) {
    return Future.failedFuture(failure(reason(failure)));
  }

  private static String reason(Throwable failure) {
    if (failure instanceof NoNameServerException) {
      return "the name cannot be resolved: no name server answers";
    }
    if (failure instanceof SSLException) {
      return "TLS failed: " + tlsReason(failure);
    }
    return failure instanceof UnknownHostException
        ? "the name cannot be resolved"
        : Why.of(failure);
  }

  /** The innermost cause; the outer ones only say that the handshake failed. */
  private static String tlsReason(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof ClosedChannelException
        ? "the server closed the connection (does it speak TLS, and ask for a certificate?)"
        : Why.of(cause);
  }

  private VertxException failure(String what) {
    return new VertxException(host + ": " + what, true);
  }
}

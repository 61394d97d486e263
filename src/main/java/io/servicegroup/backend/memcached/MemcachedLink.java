package io.servicegroup.backend.memcached;

import com.spotify.folsom.AsciiMemcacheClient;
import com.spotify.folsom.GetResult;
import com.spotify.folsom.MemcacheClientBuilder;
import com.spotify.folsom.MemcacheStatus;
import com.spotify.folsom.guava.HostAndPort;
import com.spotify.folsom.reconnect.AbstractReconnectionListener;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.HostNames;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One connection to one server, which comes back by itself. Every call is bounded; a connection
 * that did not answer in time is closed and replaced. Used on one context.
 */
final class MemcachedLink {

  /** What tooz marks as bytes. */
  static final int RAW = 1;

  /** What tooz marks as MessagePack. */
  static final int MSGPACK = 2;

  private static final int MOST_KEYS_PER_GET = 255;
  private static final int MOST_OUTSTANDING = 1 << 20;
  private static final long RECONNECT_MILLIS = 100;
  private static final Duration PINNED = Duration.ofSeconds(1);
  private static final Duration FIRST_CONTACT = Duration.ofSeconds(5);

  private final Context context;
  private final EventLoopGroup loops;
  private final BackendUri.Host host;
  private final Supplier<Duration> bound;
  private Future<AsciiMemcacheClient<byte[]>> client;
  private volatile Throwable broken;
  private volatile boolean pinned;
  private long since;
  private boolean closed;

  MemcachedLink(Context context, EventLoopGroup loops, BackendUri.Host host, Duration bound) {
    this(context, loops, host, () -> bound);
  }

  /** With a bound that is asked for with each call. */
  MemcachedLink(
      Context context, EventLoopGroup loops, BackendUri.Host host, Supplier<Duration> bound) {
    this.context = context;
    this.loops = loops;
    this.host = host;
    this.bound = bound;
    this.client = connect();
  }

  /** Not on the event loop: names and addresses are asked for, and waited for. */
  private Future<AsciiMemcacheClient<byte[]>> connect() {
    broken = null;
    since = System.nanoTime();
    return context.executeBlocking(this::make, false);
  }

  private AsciiMemcacheClient<byte[]> make() {
    return MemcacheClientBuilder.newByteArrayClient()
        .withAddress(reachable(), host.port())
        .withKeyCharset(StandardCharsets.UTF_8)
        .withEventLoopGroup(loops)
        .withChannelClass(NioSocketChannel.class)
        .withReplyExecutor(Runnable::run)
        .withConnectionTimeoutMillis(bound.get().toMillis())
        .withBackoff(attempt -> RECONNECT_MILLIS)
        .withReconnectionListener(new Listener())
        .withMaxOutstandingRequests(MOST_OUTSTANDING)
        // The server knows how long a value may be.
        .withMaxSetLength(Integer.MAX_VALUE)
        .connectAscii();
  }

  /**
   * The library knows the first address of a name only: where there are several it is given the
   * first one that accepts.
   */
  private String reachable() {
    List<InetAddress> addresses = addresses();
    pinned = addresses.size() > 1;
    if (!pinned) {
      return host.name();
    }
    int share = (int) Math.max(1, bound.get().toMillis() / addresses.size());
    for (InetAddress address : addresses) {
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(address, host.port()), share);
        broken = null;
        return address.getHostAddress();
      } catch (IOException e) {
        broken = e;
      }
    }
    return host.name();
  }

  private List<InetAddress> addresses() {
    try {
      return HostNames.ofThisMachine()
          .addresses(host.name())
          .get(bound.get().toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    } catch (ExecutionException | TimeoutException e) {
      // The library asks for itself, and tells why it cannot connect.
      return HostNames.ofThisMachine().lastKnown(host.name());
    }
  }

  /** Completes when the connection stands for the first time. */
  Future<Void> connected() {
    return client
        .compose(made -> Future.fromCompletionStage(made.connectFuture(), context))
        .timeout(FIRST_CONTACT.toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure ->
                Future.failedFuture(failure(broken == null ? reason(failure) : reason(broken))));
  }

  /** Reads keys; those that are not there are not in the answer. */
  Future<Map<String, GetResult<byte[]>>> get(Collection<String> keys) {
    List<String> all = List.copyOf(keys);
    if (all.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    List<List<String>> parts = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MOST_KEYS_PER_GET) {
      parts.add(all.subList(from, Math.min(all.size(), from + MOST_KEYS_PER_GET)));
    }
    return run(used -> every(parts.stream().map(used::casGet).toList()))
        .map(
            answers -> {
              Map<String, GetResult<byte[]>> found = new HashMap<>();
              for (int part = 0; part < parts.size(); part++) {
                collect(parts.get(part), answers.get(part), found);
              }
              return found;
            });
  }

  private static void collect(
      List<String> keys, List<GetResult<byte[]>> answers, Map<String, GetResult<byte[]>> found) {
    for (int i = 0; i < keys.size(); i++) {
      if (answers.get(i) != null) {
        found.put(keys.get(i), answers.get(i));
      }
    }
  }

  /** Writes values in one go; fails where one was not stored. */
  Future<Void> set(Map<String, byte[]> values, int seconds) {
    if (values.isEmpty()) {
      return Future.succeededFuture();
    }
    return run(used ->
            every(
                values.entrySet().stream()
                    .map(entry -> used.set(entry.getKey(), entry.getValue(), seconds, RAW))
                    .toList()))
        .compose(
            answers ->
                answers.stream()
                    .filter(status -> status != MemcacheStatus.OK)
                    .findFirst()
                    .map(status -> Future.<Void>failedFuture(failure("stored nothing: " + status)))
                    .orElse(Future.succeededFuture()));
  }

  /** Writes MessagePack that never expires, only where nothing is. */
  Future<MemcacheStatus> add(String key, byte[] value) {
    return run(used -> used.add(key, value, 0, MSGPACK));
  }

  /** Writes MessagePack that never expires, only over what was read. */
  Future<MemcacheStatus> replace(String key, byte[] value, GetResult<byte[]> read) {
    return run(used -> used.set(key, value, 0, read.getCas(), MSGPACK));
  }

  /** Writes text that never expires, only where nothing is. */
  Future<MemcacheStatus> addText(String key, byte[] value) {
    return run(used -> used.add(key, value, 0, RAW));
  }

  /** Writes text, only over what has this version; 0 seconds are for ever. */
  Future<MemcacheStatus> replaceText(String key, byte[] value, long cas, int seconds) {
    return run(used -> used.set(key, value, seconds, cas, RAW));
  }

  Future<Void> delete(Collection<String> keys) {
    return keys.isEmpty()
        ? Future.succeededFuture()
        : run(used -> every(keys.stream().map(used::delete).toList())).mapEmpty();
  }

  /** Closes the connection; what waits for an answer fails. */
  void close() {
    closed = true;
    client.onSuccess(AsciiMemcacheClient::shutdown);
  }

  private <T> Future<T> run(Function<AsciiMemcacheClient<byte[]>, CompletionStage<T>> call) {
    if (closed) {
      return Future.failedFuture(failure("the connection is closed"));
    }
    long millis = bound.get().toMillis();
    Future<AsciiMemcacheClient<byte[]>> used = client;
    return used.compose(made -> send(made, call))
        .timeout(millis, TimeUnit.MILLISECONDS)
        .recover(failure -> Future.failedFuture(explain(used, failure, millis)));
  }

  private <T> Future<T> send(
      AsciiMemcacheClient<byte[]> used,
      Function<AsciiMemcacheClient<byte[]>, CompletionStage<T>> call) {
    if (used.isConnected()) {
      return Future.fromCompletionStage(call.apply(used), context);
    }
    Throwable known = broken;
    if (known != null && pinned && System.nanoTime() - since > PINNED.toNanos()) {
      used.shutdown();
      client = connect();
      return Future.failedFuture(known);
    }
    return known == null
        ? Future.fromCompletionStage(
            used.connectFuture().thenCompose(connected -> call.apply(used)), context)
        : Future.failedFuture(known);
  }

  private Throwable explain(
      Future<AsciiMemcacheClient<byte[]>> used, Throwable failure, long millis) {
    if (!(failure instanceof TimeoutException)) {
      return failure(reason(failure));
    }
    AsciiMemcacheClient<byte[]> made = used.result();
    // One that is being connected gets its time: to replace it at once would only add another.
    boolean tried = System.nanoTime() - since > FIRST_CONTACT.toNanos();
    if (used == client && made != null && (made.isConnected() || tried) && !closed) {
      made.shutdown();
      client = connect();
    }
    return failure("did not answer within " + millis + " ms");
  }

  /** Closes the connection, which does not answer, and makes another. */
  void drop() {
    AsciiMemcacheClient<byte[]> made = client.result();
    if (made != null && !closed) {
      made.shutdown();
      client = connect();
    }
  }

  private static String reason(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof UnknownHostException
        ? "the name cannot be resolved"
        : String.valueOf(cause.getMessage());
  }

  private VertxException failure(String what) {
    return new VertxException(host + ": " + what, true);
  }

  private static <T> CompletionStage<List<T>> every(List<CompletionStage<T>> stages) {
    List<CompletableFuture<T>> all =
        stages.stream().map(CompletionStage::toCompletableFuture).toList();
    return CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
        .thenApply(done -> all.stream().map(CompletableFuture::join).toList());
  }

  /** Remembers why there is no connection. The library would log each attempt. */
  private final class Listener extends AbstractReconnectionListener {
    @Override
    public void reconnectionQueuedFromError(
        Throwable cause, HostAndPort address, long backoffMillis, int attempt) {
      broken = cause;
    }

    @Override
    public void reconnectionSuccessful(
        HostAndPort address, int attempt, boolean willStayConnected) {
      broken = null;
    }
  }
}

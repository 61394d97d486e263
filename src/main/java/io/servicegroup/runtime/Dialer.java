package io.servicegroup.runtime;

import io.netty.channel.ConnectTimeoutException;
import io.netty.util.NetUtil;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Connects to a host by its name: resolves the name again each time and tries every address of it,
 * each within its share of the time, until one accepts. The agent makes all its connections through
 * this class. Thread-safe; futures complete on the caller's context.
 */
public final class Dialer {

  private final Vertx vertx;
  private final HostNames names;

  /**
   * Makes a dialer that uses the machine's resolver.
   *
   * @param vertx whose contexts are used
   */
  public Dialer(Vertx vertx) {
    this(vertx, HostNames.ofThisMachine());
  }

  Dialer(Vertx vertx, HostNames names) {
    this.vertx = vertx;
    this.names = names;
  }

  /** Makes one attempt to connect to one address. */
  @FunctionalInterface
  public interface Attempt<T> {

    /**
     * Connects; the caller bounds all attempts together.
     *
     * @param address with the host's name, which TLS verifies
     * @return the connection
     */
    Future<T> at(SocketAddress address);
  }

  /**
   * Connects to the first address that accepts. Where an address refuses, the next one is tried at
   * once. Where an address does not answer within its share of the time, the next one is tried
   * beside it.
   *
   * @param host a name or an address
   * @param port the port
   * @param millis how long all attempts together may take
   * @param attempt makes one attempt
   * @param discard closes a connection that was made when another one had already won
   * @param <T> the type of a connection
   * @return the connection of the first attempt that succeeded; fails when all have failed, with
   *     {@link UnknownHostException} where the name has no address
   */
  public <T> Future<T> dial(
      String host, int port, long millis, Attempt<T> attempt, Consumer<T> discard) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    return addresses(host, millis)
        .compose(
            addresses -> {
              List<SocketAddress> all =
                  addresses.stream().map(address -> named(host, address, port)).toList();
              Attempt<T> explained =
                  address ->
                      attempt
                          .at(address)
                          .recover(failure -> Future.failedFuture(explained(failure, address)));
              return all.size() == 1
                  ? explained.at(all.get(0))
                  : new Race<>(all, deadline, explained, discard).run();
            });
  }

  /** Attempts to connect to several addresses, of which the first success wins. */
  private final class Race<T> {

    private final List<SocketAddress> addresses;
    private final long deadline;
    private final Attempt<T> attempt;
    private final Consumer<T> discard;
    private final Promise<T> winner = Promise.promise();
    private int started;
    private int running;
    private Throwable failure;

    Race(List<SocketAddress> addresses, long deadline, Attempt<T> attempt, Consumer<T> discard) {
      this.addresses = addresses;
      this.deadline = deadline;
      this.attempt = attempt;
      this.discard = discard;
    }

    Future<T> run() {
      start();
      return winner.future();
    }

    private synchronized void start() {
      if (started == addresses.size() || winner.future().isComplete()) {
        return;
      }
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      SocketAddress address = addresses.get(started);
      int rest = addresses.size() - started;
      started++;
      running++;
      int mine = started;
      if (rest > 1) {
        vertx.setTimer(Math.max(1, left / rest), passed -> startAfter(mine));
      }
      Future.succeededFuture(address)
          .compose(attempt::at)
          .onSuccess(this::won)
          .onFailure(this::lost);
    }

    private synchronized void startAfter(int attempts) {
      if (started == attempts) {
        start();
      }
    }

    private void won(T connection) {
      if (!winner.tryComplete(connection)) {
        discard.accept(connection);
      }
    }

    private synchronized void lost(Throwable why) {
      running--;
      // A failure other than a refusal is preferred: a host that does not answer may still live.
      failure = failure == null || isRefusal(failure) ? why : failure;
      start();
      if (running == 0) {
        winner.tryFail(failure);
      }
    }
  }

  private Future<List<InetAddress>> addresses(String host, long millis) {
    Context context = vertx.getOrCreateContext();
    var answer = names.addresses(host);
    return answer.isDone() && !answer.isCompletedExceptionally()
        ? Future.succeededFuture(answer.join())
        : OnContext.within(vertx, millis / 2, Future.fromCompletionStage(answer, context))
            .recover(failure -> lastKnown(host, millis / 2, failure));
  }

  /**
   * Uses the last known addresses where no name server answers, so that hosts which were reachable
   * before stay so.
   */
  private Future<List<InetAddress>> lastKnown(String host, long millis, Throwable failure) {
    if (!(failure instanceof TimeoutException)) {
      return Future.failedFuture(failure);
    }
    List<InetAddress> last = names.lastKnown(host);
    return last.isEmpty()
        ? Future.failedFuture(
            new NoNameServerException(
                "the host name %s was not resolved within %d ms: no name server answers"
                    .formatted(host, millis)))
        : Future.succeededFuture(last);
  }

  /**
   * Whether an address refused the connection, rather than not answering. Only meaningful for
   * attempts with a shorter bound than the seconds after which a kernel gives up by itself.
   *
   * @param failure of an attempt to connect
   * @return whether the connection was refused
   */
  public static boolean isRefusal(Throwable failure) {
    return failure instanceof ConnectException && !(failure instanceof ConnectTimeoutException);
  }

  /**
   * Makes a failure of the same type with the system's message. Netty's message repeats the host
   * and port, which the caller logs anyway; here only the address is added where the host has a
   * name.
   */
  private static Throwable explained(Throwable failure, SocketAddress address) {
    String where = where(address);
    if (failure instanceof ConnectTimeoutException) {
      return new ConnectTimeoutException("no answer in time" + where);
    }
    if (failure instanceof ConnectException) {
      return new ConnectException(plain(failure) + where);
    }
    if (failure instanceof NoRouteToHostException) {
      return new NoRouteToHostException(plain(failure) + where);
    }
    return failure;
  }

  private static String where(SocketAddress address) {
    boolean named = NetUtil.createByteArrayFromIpAddressString(address.host()) == null;
    InetAddress at = NetUtil.createInetAddressFromIpAddressString(address.hostAddress());
    return named && at != null ? " (" + NetUtil.toAddressString(at) + ")" : "";
  }

  /** Finds the system's message, which is that of the innermost cause. */
  private static String plain(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() instanceof SocketException deeper) {
      cause = deeper;
    }
    String said = Why.of(cause);
    return said.substring(0, 1).toLowerCase(Locale.ROOT) + said.substring(1);
  }

  private static SocketAddress named(String host, InetAddress address, int port) {
    try {
      InetAddress named = InetAddress.getByAddress(host, address.getAddress());
      return SocketAddress.inetSocketAddress(new InetSocketAddress(named, port));
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }
}

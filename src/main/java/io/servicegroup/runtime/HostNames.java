package io.servicegroup.runtime;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Resolves host names by the system's own resolver, which reads the hosts file and the list of name
 * servers again each time. (Vert.x's resolver reads the list of name servers only once.) An answer
 * is used for a second, so that many callers at once cause one question.
 *
 * <p>A resolver that does not answer delays only callers that ask for the same name; where the name
 * was resolved before, they get its last addresses. Thread-safe.
 */
public final class HostNames {

  /** The instance that all callers share. */
  private static final HostNames OF_THIS_MACHINE =
      new HostNames(InetAddress::getAllByName, threads(), System::nanoTime);

  private static final long FRESH = Duration.ofSeconds(1).toNanos();
  private static final long KEPT = Duration.ofHours(1).toNanos();
  private static final int MANY = 1000;

  /**
   * The C library's English text for EAI_AGAIN. Java has one exception both for a name that does
   * not exist and for a resolver that does not answer, and only this text distinguishes them. Where
   * the library uses another language or wording, a resolver that does not answer is taken for a
   * name that does not exist.
   */
  private static final String TEMPORARY = "Temporary failure in name resolution";

  private static final int THREADS = 64;

  private record Known(List<InetAddress> addresses, long since) {}

  /** Asks the system's resolver; blocks. */
  interface Lookup {
    InetAddress[] all(String host) throws UnknownHostException;
  }

  private final Lookup lookup;
  private final Executor threads;
  private final LongSupplier nanoTime;
  private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, CompletableFuture<List<InetAddress>>> asked =
      new ConcurrentHashMap<>();

  HostNames(Lookup lookup, Executor threads, LongSupplier nanoTime) {
    this.lookup = lookup;
    this.threads = threads;
    this.nanoTime = nanoTime;
  }

  /**
   * The names of this machine's resolver.
   *
   * @return the one instance
   */
  public static HostNames ofThisMachine() {
    return OF_THIS_MACHINE;
  }

  /**
   * Keeps Java from caching resolved names for long, for libraries that resolve names themselves.
   * To be called before the first connection, since Java reads these settings once.
   */
  public static void rememberNothing() {
    Security.setProperty("networkaddress.cache.ttl", "1");
    Security.setProperty("networkaddress.cache.negative.ttl", "0");
  }

  private static Executor threads() {
    return new ThreadPoolExecutor(
        0,
        THREADS,
        10,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        work -> {
          Thread thread = new Thread(work, "servicegroup-names");
          thread.setDaemon(true);
          return thread;
        });
  }

  /**
   * Asks for the addresses of a host.
   *
   * @param host a name, or an address, which stands for itself
   * @return at least one address, in the system's order; fails with {@link UnknownHostException}.
   *     Completes on any thread, possibly late: the caller has to bound it
   */
  public CompletableFuture<List<InetAddress>> addresses(String host) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
    if (literal != null) {
      return CompletableFuture.completedFuture(List.of(address(literal)));
    }
    Known before = known.get(host);
    if (before != null && nanoTime.getAsLong() - before.since() < FRESH) {
      return CompletableFuture.completedFuture(before.addresses());
    }
    return ask(host);
  }

  /**
   * Finds the last known addresses of a host. * @param host a name, or an address, which stands for
   * itself
   *
   * @return its addresses; empty where it was never resolved
   */
  public List<InetAddress> lastKnown(String host) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
    if (literal != null) {
      return List.of(address(literal));
    }
    Known before = known.get(host);
    return before == null ? List.of() : before.addresses();
  }

  private CompletableFuture<List<InetAddress>> ask(String host) {
    CompletableFuture<List<InetAddress>> answer = new CompletableFuture<>();
    CompletableFuture<List<InetAddress>> running = asked.putIfAbsent(host, answer);
    if (running != null) {
      return running;
    }
    try {
      threads.execute(() -> answer(host, answer));
    } catch (RejectedExecutionException e) {
      asked.remove(host);
      answer.completeExceptionally(
          new NoNameServerException(host + " cannot be asked for: no name server answers"));
    } catch (Error e) { // perhaps no thread can be created: the next caller has to ask again
      asked.remove(host);
      answer.completeExceptionally(e);
    }
    return answer;
  }

  private void answer(String host, CompletableFuture<List<InetAddress>> answer) {
    try {
      List<InetAddress> addresses = withLoopback(host, List.of(lookup.all(host)));
      remember(host, addresses);
      asked.remove(host);
      answer.complete(addresses);
    } catch (UnknownHostException e) {
      List<InetAddress> last = lastKnown(host);
      asked.remove(host);
      if (isTemporary(e) && !last.isEmpty()) {
        answer.complete(last);
      } else {
        String why = "the host name " + host + " cannot be resolved";
        answer.completeExceptionally(
            isTemporary(e)
                ? new NoNameServerException(why + ": no name server answers")
                : new UnknownHostException(why));
      }
    } catch (RuntimeException | Error e) {
      asked.remove(host);
      answer.completeExceptionally(e);
    }
  }

  /**
   * Adds both loopback addresses to those of localhost, as RFC 6761 says, whichever of the two the
   * hosts file names.
   */
  private static List<InetAddress> withLoopback(String host, List<InetAddress> found) {
    if (!host.equalsIgnoreCase("localhost")) {
      return found;
    }
    Set<InetAddress> all = new LinkedHashSet<>(found);
    all.add(address(NetUtil.createByteArrayFromIpAddressString("127.0.0.1")));
    all.add(address(NetUtil.createByteArrayFromIpAddressString("::1")));
    return List.copyOf(all);
  }

  private static boolean isTemporary(UnknownHostException failure) {
    return String.valueOf(failure.getMessage()).contains(TEMPORARY);
  }

  private void remember(String host, List<InetAddress> addresses) {
    long now = nanoTime.getAsLong();
    if (known.size() >= MANY) {
      known.values().removeIf(old -> now - old.since() > KEPT);
    }
    known.put(host, new Known(addresses, now));
  }

  private static InetAddress address(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 octets", e);
    }
  }
}

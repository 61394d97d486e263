package io.servicegroup.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The load balancers that ask the agent check, and how often each asks. A stop of the agent waits
 * for those that are about to ask again, so that they learn of it.
 *
 * <p>Not thread-safe.
 */
final class AgentCheckClients {

  /** HAProxy's default interval, assumed for a client that asked only once. */
  private static final long DEFAULT_INTERVAL = Duration.ofSeconds(2).toNanos();

  private static final long MARGIN = Duration.ofMillis(500).toNanos();
  private static final int MAX_CLIENTS = 1000;

  private record Client(String address, String name) {}

  private record LastAnswer(long at, long interval, boolean toldStopping) {}

  private final LongSupplier nanoTime;
  private final Map<Client, LastAnswer> clients = new HashMap<>();
  private int open;
  private Promise<Void> waiting;

  AgentCheckClients(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Counts a connection that was opened. */
  void opened() {
    open++;
  }

  /** Counts a connection that was closed, whether it got its answer or not. */
  void closed() {
    open--;
    endWaiting();
  }

  /**
   * Remembers an answer.
   *
   * @param address the client's address
   * @param name the member or group that it asked for
   * @param toldStopping whether the answer told it that the agent stops
   */
  void answered(String address, String name, boolean toldStopping) {
    long now = nanoTime.getAsLong();
    if (clients.size() >= MAX_CLIENTS) {
      clients.values().removeIf(last -> isGone(last, now));
    }
    Client client = new Client(address, name);
    LastAnswer before = clients.get(client);
    if (before != null || clients.size() < MAX_CLIENTS) {
      // A question that came late, and the next in time, are no sign of a shorter interval.
      long interval =
          before == null ? DEFAULT_INTERVAL : Math.max(now - before.at(), before.interval() / 2);
      clients.put(client, new LastAnswer(now, interval, toldStopping));
    }
    endWaiting();
  }

  private void endWaiting() {
    long now = nanoTime.getAsLong();
    boolean awaited = clients.values().stream().anyMatch(last -> isAwaited(last, now));
    if (waiting != null && open == 0 && !awaited) {
      waiting.tryComplete();
    }
  }

  private static boolean isGone(LastAnswer last, long now) {
    return now - last.at() > 2 * last.interval() + MARGIN;
  }

  private static boolean isAwaited(LastAnswer last, long now) {
    return !last.toldStopping() && !isGone(last, now);
  }

  /** The nanoseconds until the last awaited client should have asked again. */
  long worthWaiting(long now) {
    return clients.values().stream()
        .filter(last -> isAwaited(last, now))
        .mapToLong(last -> last.at() + last.interval() * 3 / 2 + MARGIN - now)
        .max()
        .orElse(open > 0 ? MARGIN : 0);
  }

  /**
   * Waits until every client was told that the agent stops, or should have asked and did not.
   *
   * @param vertx whose timer is used
   * @param limit the longest wait; a balancer that asks less often does not learn of the stop
   * @return never fails
   */
  Future<Void> allTold(Vertx vertx, Duration limit) {
    long wait = Math.min(limit.toNanos(), worthWaiting(nanoTime.getAsLong()));
    if (wait <= 0) {
      return Future.succeededFuture();
    }
    waiting = Promise.promise();
    long timer =
        vertx.setTimer(Duration.ofNanos(wait).toMillis() + 1, late -> waiting.tryComplete());
    return waiting.future().onComplete(done -> vertx.cancelTimer(timer));
  }
}

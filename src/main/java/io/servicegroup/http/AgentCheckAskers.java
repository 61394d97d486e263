package io.servicegroup.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Who asks the agent check, and how often: a stop waits for those who are about to ask again.
 *
 * <p>Not thread-safe.
 */
final class AgentCheckAskers {

  /** HAProxy's own interval, taken for whoever asked only once. */
  private static final long USUAL_PACE = Duration.ofSeconds(2).toNanos();

  private static final long MARGIN = Duration.ofMillis(500).toNanos();
  private static final int MOST = 1000;

  private record Asker(String address, String name) {}

  private record Asked(long at, long pace, boolean told) {}

  private final LongSupplier nanoTime;
  private final Map<Asker, Asked> askers = new HashMap<>();
  private int open;
  private Promise<Void> waiting;

  AgentCheckAskers(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Somebody is asking. */
  void opened() {
    open++;
  }

  /** Whoever asked has gone, answered or not. */
  void closed() {
    open--;
    endWaiting();
  }

  /**
   * Somebody was answered.
   *
   * @param address whom
   * @param name what it asked for
   * @param told whether it was told that the agent stops
   */
  void answered(String address, String name, boolean told) {
    long now = nanoTime.getAsLong();
    if (askers.size() >= MOST) {
      askers.values().removeIf(asked -> isGone(asked, now));
    }
    Asker asker = new Asker(address, name);
    Asked before = askers.get(asker);
    if (before != null || askers.size() < MOST) {
      askers.put(asker, new Asked(now, before == null ? USUAL_PACE : now - before.at(), told));
    }
    endWaiting();
  }

  private void endWaiting() {
    long now = nanoTime.getAsLong();
    boolean awaited = askers.values().stream().anyMatch(asked -> isAwaited(asked, now));
    if (waiting != null && open == 0 && !awaited) {
      waiting.tryComplete();
    }
  }

  private static boolean isGone(Asked asked, long now) {
    return now - asked.at() > 2 * asked.pace() + MARGIN;
  }

  private static boolean isAwaited(Asked asked, long now) {
    return !asked.told() && !isGone(asked, now);
  }

  /** How long it is worth to wait for those who have not been told yet, in nanoseconds. */
  long worthWaiting(long now) {
    return askers.values().stream()
        .filter(asked -> isAwaited(asked, now))
        .mapToLong(asked -> asked.at() + asked.pace() * 3 / 2 + MARGIN - now)
        .max()
        .orElse(open > 0 ? MARGIN : 0);
  }

  /**
   * Waits until they have been told, for as long as that is worth.
   *
   * @param vertx whose timer
   * @param limit for how long at most; a balancer that asks less often does not see the stop
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

package io.servicegroup.heartbeat.probe;

import io.netty.channel.ConnectTimeoutException;
import io.servicegroup.runtime.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The loop of every prober that looks at a service by itself: one look per interval. Each look ends
 * within its timeout in exactly one result, whatever it does, or in none where it could not be
 * made.
 */
final class ProbeLoop {

  /**
   * A look ends after so many timeouts at the latest, even while {@link PauseTolerantTimeout}
   * begins the timeout again.
   */
  private static final int NET_BELOW = 10;

  private final Vertx vertx;
  private final LackLog lackLog;
  private final String name;
  private final Duration interval;
  private final Duration timeout;
  private final Function<Attempt, Future<Void>> look;
  private Consumer<ProbeResult> results;
  private Promise<Void> over = Promise.promise();
  private Ticker ticker;
  private int burst;
  private boolean stopped;

  /**
   * Prepares a loop.
   *
   * @param lackLog told of looks that could not be made
   * @param name for the log
   * @param look makes one look: it succeeds where the service lives, fails with the reason where it
   *     does not, and fails with a {@link NoVerdict} where the look could not be made; may throw
   */
  ProbeLoop(
      Vertx vertx,
      LackLog lackLog,
      String name,
      Duration interval,
      Duration timeout,
      Function<Attempt, Future<Void>> look) {
    this.vertx = vertx;
    this.lackLog = lackLog;
    this.name = name;
    this.interval = interval;
    this.timeout = timeout;
    this.look = look;
  }

  void start(Consumer<ProbeResult> consumer) {
    results = consumer;
    ticker = Ticker.start(vertx, name, interval, timeout.multipliedBy(NET_BELOW), this::run);
  }

  /** Looks at once, and again at once while that fails, at most so many times. */
  void burst(int times) {
    burst = times;
    ticker.hasten();
  }

  Future<Void> stop() {
    stopped = true;
    lackLog.looked(this);
    Future<Void> ended = ticker.stop();
    over.tryFail("stopped");
    return ended;
  }

  private Future<Void> run() {
    boolean inBurst = burst > 0;
    burst = Math.max(0, burst - 1);
    Promise<Void> settled = Promise.promise();
    over = settled;
    attempt(new Attempt(settled.future()))
        .onSuccess(settled::tryComplete)
        .onFailure(settled::tryFail);
    return settled.future().onComplete(result -> report(result.cause(), inBurst));
  }

  private Future<Void> attempt(Attempt attempt) {
    try {
      return PauseTolerantTimeout.await(
          vertx, timeout, () -> attempt.late(timeout), lookAwake(attempt));
    } catch (Throwable e) { // an Error too: the member must not be left without a result
      return Future.failedFuture(e);
    }
  }

  /**
   * Looks once more where a connection timed out before the look did. The connection's own timeout
   * is longer than the look's, so this happens only where the process was paused.
   */
  private Future<Void> lookAwake(Attempt attempt) {
    return look.apply(attempt)
        .recover(
            failure ->
                failure instanceof ConnectTimeoutException && !attempt.over().isComplete()
                    ? look.apply(attempt)
                    : Future.failedFuture(failure));
  }

  private void report(Throwable cause, boolean inBurst) {
    if (stopped) {
      return;
    }
    Throwable failure = cause == null ? null : AgentLack.explain(cause);
    if (failure instanceof NoVerdict lack) {
      burst = 0;
      lackLog.cannotLook(this, name, lack);
      return;
    }
    lackLog.looked(this);
    if (failure == null) {
      burst = inBurst ? 0 : burst;
      results.accept(ProbeResult.pass());
    } else {
      results.accept(ProbeResult.fail(FailureText.of(failure)));
      if (burst > 0 && ticker != null) {
        ticker.hasten();
      }
    }
  }
}

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
 * The loop under every prober that looks by itself: one look per interval, each ends within its
 * timeout in exactly one result, whatever the look does; in none where it could not be made.
 */
final class ProbeLoop {

  /** How long a look may take beyond its timeout while {@link Patience} starts again. */
  private static final int NET_BELOW = 10;

  private final Vertx vertx;
  private final Lacks lacks;
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
   * @param lacks told of looks that could not be made
   * @param name for the log
   * @param look one look: succeeds where the service lives, fails with the reason where not, with a
   *     {@link NoVerdict} where it could not be made; may throw
   */
  ProbeLoop(
      Vertx vertx,
      Lacks lacks,
      String name,
      Duration interval,
      Duration timeout,
      Function<Attempt, Future<Void>> look) {
    this.vertx = vertx;
    this.lacks = lacks;
    this.name = name;
    this.interval = interval;
    this.timeout = timeout;
    this.look = look;
  }

  void start(Consumer<ProbeResult> consumer) {
    results = consumer;
    ticker = Ticker.start(vertx, name, interval, timeout.multipliedBy(NET_BELOW), this::run);
  }

  /** Looks at once, and again at once while that fails, so many times in all. */
  void burst(int times) {
    burst = times;
    ticker.hasten();
  }

  Future<Void> stop() {
    stopped = true;
    lacks.looked(this);
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
      return Patience.await(vertx, timeout, () -> attempt.late(timeout), lookAwake(attempt));
    } catch (Throwable e) { // an Error too: the member must not stay unreported
      return Future.failedFuture(e);
    }
  }

  /**
   * A connection's own bound lies beyond the time of a look: where it ends first, this process was
   * paused, and looks again.
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
    Throwable failure = cause == null ? null : Want.explain(cause);
    if (failure instanceof NoVerdict lack) {
      burst = 0;
      lacks.cannotLook(this, name, lack);
      return;
    }
    lacks.looked(this);
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

package io.servicegroup.runtime;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something again and again, until it is stopped. Runs never overlap; a run that throws, fails
 * or does not end in time is logged and followed by the next. Intervals are shortened at random by
 * up to a tenth, so that a fleet started together does not beat together. A run that takes longer
 * than the interval is logged as a warning, once until a run is in time again; runs of less than a
 * second are not, because a busy machine exceeds any short interval.
 *
 * <p>Not thread-safe: to be used on the context it was started on, which also runs the work. The
 * future that the work returns may complete on any thread.
 */
public final class Ticker {

  private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);
  private static final double JITTER = 0.1;
  private static final long NONE = -1;
  private static final long WORTH_A_WARNING_MILLIS = 1000;

  private final TickerClock clock;
  private final String name;
  private final Duration interval;
  private final LongUnaryOperator pause;
  private final Duration bound;
  private final Supplier<Future<?>> work;
  private final Promise<Void> stopped = Promise.promise();
  private long timer = NONE;
  private long runs;
  private boolean running;
  private boolean again;
  private boolean stopping;
  private boolean slow;
  private boolean throwing;

  private Ticker(
      TickerClock clock,
      String name,
      Duration interval,
      LongUnaryOperator pause,
      Duration bound,
      Supplier<Future<?>> work) {
    this.clock = clock;
    this.name = name;
    this.interval = interval;
    this.pause = pause;
    this.bound = bound;
    this.work = work;
  }

  /**
   * Starts with a first run at once.
   *
   * @param vertx whose timers are used
   * @param name for the log
   * @param interval from the start of a run to the start of the next; a run that takes longer is
   *     followed by the next at once
   * @param bound how long a run may take before the next one starts all the same. The work has to
   *     bound its own remote calls by less
   * @param work makes one run; may throw, and may return null where there is nothing to wait for
   * @return the running ticker
   */
  public static Ticker start(
      Vertx vertx, String name, Duration interval, Duration bound, Supplier<Future<?>> work) {
    return start(TickerClock.of(vertx), name, interval, bound, work);
  }

  static Ticker start(
      TickerClock clock, String name, Duration interval, Duration bound, Supplier<Future<?>> work) {
    return start(clock, name, interval, took -> shortened(interval) - took, bound, work);
  }

  /**
   * As {@link #start(Vertx, String, Duration, Duration, Supplier)}, but the next run is due when
   * the caller says.
   *
   * @param interval a run that takes longer is logged
   * @param pause is asked at the end of each run, with the milliseconds that it took, after how
   *     many milliseconds the next one is due. {@link #hasten()} runs earlier
   */
  public static Ticker startPlanned(
      Vertx vertx,
      String name,
      Duration interval,
      LongUnaryOperator pause,
      Duration bound,
      Supplier<Future<?>> work) {
    return start(TickerClock.of(vertx), name, interval, pause, bound, work);
  }

  static Ticker start(
      TickerClock clock,
      String name,
      Duration interval,
      LongUnaryOperator pause,
      Duration bound,
      Supplier<Future<?>> work) {
    Ticker ticker = new Ticker(clock, name, interval, pause, bound, work);
    ticker.run();
    return ticker;
  }

  /**
   * Shortens an interval at random by up to a tenth.
   *
   * @param interval the longest
   * @return milliseconds
   */
  public static long shortened(Duration interval) {
    double share = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
    return (long) Math.ceil(interval.toMillis() * share);
  }

  /**
   * Runs now, or once more right after the run in progress. The run after that follows an interval
   * later. Does nothing after {@link #stop()}.
   */
  public void hasten() {
    if (running) {
      again = true;
    } else if (!stopping) {
      run();
    }
  }

  /**
   * Starts no further run.
   *
   * @return completes when the run in progress has ended or its bound is over; never fails
   */
  public Future<Void> stop() {
    stopping = true;
    if (!running) {
      cancelTimer();
      stopped.tryComplete();
    }
    return stopped.future();
  }

  private void run() {
    cancelTimer();
    running = true;
    again = false;
    long run = ++runs;
    long started = clock.nanoTime();
    Future<?> attempt = attempt();
    if (!attempt.isComplete()) {
      timer =
          clock.setTimer(
              Math.max(1, bound.toMillis()),
              () ->
                  ended(
                      run,
                      started,
                      Future.failedFuture(new TimeoutException("it did not end in time"))));
    }
    attempt.onComplete(result -> clock.onContext(() -> ended(run, started, result)));
  }

  private Future<?> attempt() {
    try {
      Future<?> attempt = work.get();
      throwing = false;
      return attempt == null ? Future.succeededFuture() : attempt;
    } catch (Throwable e) { // an Error too: a loop that stops for good is worse than any error
      if (!throwing) {
        LOG.error("{} threw; the next run follows as planned", name, e);
      }
      throwing = true;
      return Future.failedFuture(e);
    }
  }

  private void ended(long run, long started, AsyncResult<?> result) {
    if (!running || run != runs) {
      return; // its bound had passed before
    }
    cancelTimer();
    long tookMillis = TimeUnit.NANOSECONDS.toMillis(clock.nanoTime() - started);
    if (result.failed()) {
      LOG.debug("{} failed after {} ms", name, tookMillis, result.cause());
    }
    warnWhenSlow(tookMillis);
    running = false;
    if (stopping) {
      stopped.tryComplete();
    } else {
      // A timer is used and run() is not called here: work that completes at once and hastens
      // itself would overflow the stack.
      timer = clock.setTimer(again ? 1 : Math.max(1, pause.applyAsLong(tookMillis)), this::run);
    }
  }

  private void warnWhenSlow(long tookMillis) {
    boolean isSlow = tookMillis > Math.max(interval.toMillis(), WORTH_A_WARNING_MILLIS);
    if (isSlow && !slow) {
      LOG.warn(
          "{} took {} ms, longer than its interval of {} ms",
          name,
          tookMillis,
          interval.toMillis());
    }
    slow = isSlow;
  }

  private void cancelTimer() {
    if (timer != NONE) {
      clock.cancelTimer(timer);
      timer = NONE;
    }
  }
}

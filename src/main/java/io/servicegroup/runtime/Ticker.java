package io.servicegroup.runtime;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something again and again, for as long as the process lives. Runs never overlap; a run that
 * throws, fails or does not end in time is logged and followed by the next. Intervals are jittered
 * downwards by up to a tenth, so that a fleet started together does not beat together.
 *
 * <p>Not thread-safe: to be used on the context it was started on, which also runs the work.
 */
public final class Ticker {

  private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);
  private static final double JITTER = 0.1;

  private final Vertx vertx;
  private final String name;
  private final Duration interval;
  private final Duration bound;
  private final Supplier<Future<?>> work;
  private final Promise<Void> stopped = Promise.promise();
  private long timer = -1;
  private boolean running;
  private boolean again;
  private boolean stopping;
  private boolean slow;

  private Ticker(
      Vertx vertx, String name, Duration interval, Duration bound, Supplier<Future<?>> work) {
    this.vertx = vertx;
    this.name = name;
    this.interval = interval;
    this.bound = bound;
    this.work = work;
  }

  /**
   * Starts with a first run at once.
   *
   * @param vertx whose timers
   * @param name for the log
   * @param interval from the start of a run to the start of the next
   * @param bound how long a run may take before the next may start without its end. The work is to
   *     bound its own remote calls by less; this is the net below
   * @param work one run; may throw
   * @return the running ticker
   */
  public static Ticker start(
      Vertx vertx, String name, Duration interval, Duration bound, Supplier<Future<?>> work) {
    Ticker ticker = new Ticker(vertx, name, interval, bound, work);
    ticker.run();
    return ticker;
  }

  /** Runs now, or once more right after the run in progress. */
  public void hasten() {
    if (running) {
      again = true;
    } else if (!stopping) {
      vertx.cancelTimer(timer);
      run();
    }
  }

  /**
   * Starts no further run.
   *
   * @return completes when the run in progress has ended; never fails
   */
  public Future<Void> stop() {
    stopping = true;
    vertx.cancelTimer(timer);
    if (!running) {
      stopped.tryComplete();
    }
    return stopped.future();
  }

  private void run() {
    running = true;
    again = false;
    long started = System.nanoTime();
    attempt()
        .timeout(bound.toMillis(), TimeUnit.MILLISECONDS)
        .onComplete(
            result -> {
              long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
              if (result.failed()) {
                LOG.debug("{} failed after {} ms", name, tookMillis, result.cause());
              }
              warnWhenSlow(tookMillis);
              next(tookMillis);
            });
  }

  private Future<?> attempt() {
    try {
      return work.get();
    } catch (RuntimeException e) {
      LOG.error("{} threw; the next run follows as planned", name, e);
      return Future.failedFuture(e);
    }
  }

  private void warnWhenSlow(long tookMillis) {
    boolean isSlow = tookMillis > interval.toMillis();
    if (isSlow && !slow) {
      LOG.warn(
          "{} took {} ms, longer than its interval of {} ms",
          name,
          tookMillis,
          interval.toMillis());
    }
    slow = isSlow;
  }

  private void next(long tookMillis) {
    running = false;
    if (stopping) {
      stopped.tryComplete();
    } else if (again) {
      run();
    } else {
      double shortened = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
      long planned = (long) (interval.toMillis() * shortened);
      timer = vertx.setTimer(Math.max(1, planned - tookMillis), id -> run());
    }
  }
}

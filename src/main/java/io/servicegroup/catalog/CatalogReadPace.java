package io.servicegroup.catalog;

import io.servicegroup.runtime.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Decides when the catalogue is read: periodically, and soon after a hint that it has changed. The
 * more changes a store notifies of, the less often it is read: every {@code report_interval} where
 * others than agents write into it, and about once a minute where all writers notify. After a read
 * that failed or left something to do, the next one follows after a {@code report_interval} in any
 * case.
 *
 * <p>Not thread-safe.
 */
final class CatalogReadPace {

  /**
   * The shortest pause between two hastened reads: while a fleet starts, the catalogue changes all
   * the time, and not every change is worth a read.
   */
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);

  /**
   * The pause lasts at least this many times as long as the last read took, so that a large
   * catalogue is not read all the time.
   */
  private static final int PAUSE_PER_READ = 4;

  private static final Duration READ_BOUND = Duration.ofSeconds(6);

  /** The pause between reads that only make up for what was missed. */
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** The same where the configured intervals are short. */
  private static final int REPORTS_PER_PAUSE = 12;

  /** The part of that pause by which agents differ at random. */
  private static final double JITTER = 0.1;

  /** The time over which reads are spread that those who watch a member make. */
  private static final Duration SPREAD = Duration.ofMillis(250);

  /** The time over which reads are spread that the whole fleet makes. */
  private static final Duration SPREAD_OF_ALL = Duration.ofSeconds(1);

  private static final long NONE = -1;

  private final Vertx vertx;
  private final Supplier<Future<Boolean>> reading;
  private final Supplier<Telling> telling;
  private Ticker ticker;
  private long hastenedAt = System.nanoTime() - SHORTEST_PAUSE.toNanos();
  private long timer = NONE;
  private long dueAt;
  private boolean wanted;
  private boolean unsettled = true;
  private double jitter;
  private long readAt;
  private long readNanos;

  /**
   * Creates an object that reads nothing before its start.
   *
   * @param vertx whose timers are used
   * @param telling tells of which changes the store notifies at present
   * @param reading reads the catalogue; reads never overlap. Returns whether nothing is left to do
   */
  CatalogReadPace(Vertx vertx, Supplier<Telling> telling, Supplier<Future<Boolean>> reading) {
    this.vertx = vertx;
    this.telling = telling;
    this.reading = reading;
  }

  /**
   * Reads once and, where that succeeds, goes on reading until it is stopped.
   *
   * @param afterFirst runs after the first read
   */
  Future<Void> start(Duration pollInterval, Duration reportInterval, Runnable afterFirst) {
    return read()
        .map(
            done -> {
              afterFirst.run();
              long often = reportInterval.minus(pollInterval.dividedBy(2)).toNanos();
              Duration pause = reportInterval.multipliedBy(REPORTS_PER_PAUSE);
              long seldom = (pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE).toNanos();
              ticker =
                  Ticker.start(
                      vertx,
                      "reading the catalogue",
                      pollInterval,
                      READ_BOUND,
                      () -> readAfter(quiet(often, Math.max(often, seldom))));
              return null;
            });
  }

  /** The time from one read to the next where no hint arrives. */
  private long quiet(long often, long seldom) {
    return switch (telling.get()) {
      case NOTHING -> 0;
      case OF_AGENTS -> often;
      case OF_EVERYBODY -> unsettled ? often : seldom - (long) (jitter * seldom);
    };
  }

  /** Reads where a hint arrived or the last read is long enough ago. */
  private Future<?> readAfter(long quietNanos) {
    boolean due = wanted || quietNanos == 0 || System.nanoTime() - readAt >= quietNanos;
    return due ? read() : Future.succeededFuture();
  }

  private Future<Void> read() {
    // A local variable, because the next read may begin before a slow one ends.
    long started = System.nanoTime();
    readAt = started;
    wanted = false;
    unsettled = true;
    jitter = JITTER * ThreadLocalRandom.current().nextDouble();
    return reading
        .get()
        .onSuccess(
            settled -> {
              readNanos = System.nanoTime() - started;
              unsettled = !settled;
            })
        .mapEmpty();
  }

  Future<Void> stop() {
    return ticker == null ? Future.succeededFuture() : ticker.stop();
  }

  /** Hastens the next read, because the catalogue may have changed. */
  void hasten() {
    hastenAfter(0);
  }

  /**
   * Hastens the next read because of something that makes many agents read. Each waits for a random
   * time.
   *
   * @param everybody whether the whole fleet reads, and not only those who watch a member
   */
  void hastenAmongMany(boolean everybody) {
    Duration spread = everybody ? SPREAD_OF_ALL : SPREAD;
    hastenAfter(ThreadLocalRandom.current().nextLong(spread.toNanos()));
  }

  private void hastenAfter(long delayNanos) {
    if (ticker == null) {
      return;
    }
    long now = System.nanoTime();
    long pause = Math.max(SHORTEST_PAUSE.toNanos(), PAUSE_PER_READ * readNanos);
    long left = Math.max(delayNanos, pause - (now - hastenedAt));
    if (timer != NONE && dueAt - now <= left) {
      return;
    }
    vertx.cancelTimer(timer);
    timer = NONE;
    if (left <= 0) {
      hastenNow();
      return;
    }
    dueAt = now + left;
    timer = vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(left) + 1, due -> hastenNow());
  }

  private void hastenNow() {
    timer = NONE;
    hastenedAt = System.nanoTime();
    wanted = true;
    ticker.hasten();
  }
}

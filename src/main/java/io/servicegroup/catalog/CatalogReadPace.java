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
 * case. News that names members makes only these be read, which costs what they cost and needs no
 * pause.
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
   * The pause lasts this many times as long as the last read took, so that a large catalogue is not
   * read all the time; but no longer than a {@code report_interval} or that read, so that nobody
   * learns late of a change that happened during a slow read.
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
  private final Reader reader;
  private final Supplier<Telling> telling;
  private final Hint everything = new Hint();
  private final Hint named = new Hint();
  private Ticker ticker;
  private long reportNanos;
  private boolean unsettled = true;
  private double jitter;
  private long readAt;
  private long readNanos;

  /** Reads the catalogue. Reads never overlap. */
  interface Reader {

    /** Reads all followed members. Returns whether nothing is left to do. */
    Future<Boolean> readAll();

    /**
     * Reads the members that news named since the last read of either kind.
     *
     * @return whether that sufficed; otherwise all are read soon
     */
    Future<Boolean> readNamed();
  }

  /**
   * Creates an object that reads nothing before its start.
   *
   * @param vertx whose timers are used
   * @param telling tells of which changes the store notifies at present
   * @param reader reads the catalogue
   */
  CatalogReadPace(Vertx vertx, Supplier<Telling> telling, Reader reader) {
    this.vertx = vertx;
    this.telling = telling;
    this.reader = reader;
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
              reportNanos = reportInterval.toNanos();
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

  /** Reads where a hint arrived or the last read of all is long enough ago. */
  private Future<?> readAfter(long quietNanos) {
    if (everything.wanted || quietNanos == 0 || System.nanoTime() - readAt >= quietNanos) {
      return read();
    }
    return named.wanted ? readNamed() : Future.succeededFuture();
  }

  private Future<Void> read() {
    // A local variable, because the next read may begin before a slow one ends.
    long started = System.nanoTime();
    readAt = started;
    everything.wanted = false;
    named.wanted = false;
    unsettled = true;
    jitter = JITTER * ThreadLocalRandom.current().nextDouble();
    return reader
        .readAll()
        .onSuccess(
            settled -> {
              readNanos = System.nanoTime() - started;
              unsettled = !settled;
            })
        .mapEmpty();
  }

  private Future<Void> readNamed() {
    named.wanted = false;
    return reader
        .readNamed()
        // All are read soon, since nobody names these members again.
        .onFailure(failure -> unsettled = true)
        .onSuccess(
            enough -> {
              if (!enough) {
                unsettled = true;
                hasten();
              }
            })
        .mapEmpty();
  }

  Future<Void> stop() {
    return ticker == null ? Future.succeededFuture() : ticker.stop();
  }

  /** Hastens the next read of all, because the catalogue may have changed. */
  void hasten() {
    everything.after(0, pauseNanos(readNanos, reportNanos));
  }

  /**
   * Hastens the next read of all because of something that makes the whole fleet read. Each agent
   * waits for a random time.
   */
  void hastenAmongAll() {
    everything.after(random(SPREAD_OF_ALL), pauseNanos(readNanos, reportNanos));
  }

  /**
   * Hastens a read of the members that news named.
   *
   * @param amongMany whether other agents read them too; each then waits for a random time
   */
  void hastenNamed(boolean amongMany) {
    named.after(amongMany ? random(SPREAD) : 0, SHORTEST_PAUSE.toNanos());
  }

  private static long random(Duration spread) {
    return ThreadLocalRandom.current().nextLong(spread.toNanos());
  }

  /**
   * The time from one hastened read of all to the next.
   *
   * @param readNanos how long the last one took
   * @param reportNanos the {@code report_interval}
   */
  static long pauseNanos(long readNanos, long reportNanos) {
    long longest = Math.max(readNanos, reportNanos);
    return Math.max(SHORTEST_PAUSE.toNanos(), Math.min(PAUSE_PER_READ * readNanos, longest));
  }

  /** Something that is to be read soon. */
  private final class Hint {

    private long hastenedAt = System.nanoTime() - SHORTEST_PAUSE.toNanos();
    private long timer = NONE;
    private long dueAt;
    private boolean wanted;

    /** Hastens the read, no sooner than some time after the read that was hastened last. */
    void after(long delayNanos, long pauseNanos) {
      if (ticker == null) {
        return;
      }
      long now = System.nanoTime();
      long left = Math.max(delayNanos, pauseNanos - (now - hastenedAt));
      if (timer != NONE && dueAt - now <= left) {
        return;
      }
      vertx.cancelTimer(timer);
      timer = NONE;
      if (left <= 0) {
        now();
        return;
      }
      dueAt = now + left;
      timer = vertx.setTimer(TimeUnit.NANOSECONDS.toMillis(left) + 1, due -> now());
    }

    private void now() {
      timer = NONE;
      hastenedAt = System.nanoTime();
      wanted = true;
      ticker.hasten();
    }
  }
}

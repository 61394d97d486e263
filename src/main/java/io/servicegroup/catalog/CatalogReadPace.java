package io.servicegroup.catalog;

import io.servicegroup.runtime.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Decides when the catalogue is read: periodically, and soon after a hint that it has changed. A
 * store that notifies of changes is read less often.
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

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final Supplier<Future<Void>> reading;
  private final ChangeNotifications notifications = new ChangeNotifications();
  private Ticker ticker;
  private long hastenedAt = System.nanoTime() - SHORTEST_PAUSE.toNanos();
  private boolean hasteningLater;
  private boolean wanted;
  private long readAt;
  private long readNanos;

  /**
   * Creates an object that reads nothing before its start.
   *
   * @param vertx whose timers are used
   * @param catalog the catalogue that notifies of changes
   * @param reading reads the catalogue; reads never overlap
   */
  CatalogReadPace(Vertx vertx, ServiceCatalog catalog, Supplier<Future<Void>> reading) {
    this.vertx = vertx;
    this.catalog = catalog;
    this.reading = reading;
  }

  /** Reads once and, where that succeeds, goes on reading until it is stopped. */
  Future<Void> start(Duration pollInterval, Duration reportInterval) {
    return read()
        .map(
            done -> {
              notifications.request(catalog, this::hasten);
              long quiet = reportInterval.minus(pollInterval.dividedBy(2)).toNanos();
              ticker =
                  Ticker.start(
                      vertx,
                      "reading the catalogue",
                      pollInterval,
                      READ_BOUND,
                      () -> notifications.areDelivered() ? readAfter(quiet) : read());
              return null;
            });
  }

  /** Reads where a hint arrived or the last read is long enough ago. */
  private Future<Void> readAfter(long quietNanos) {
    boolean due = wanted || System.nanoTime() - readAt >= quietNanos;
    return due ? read() : Future.succeededFuture();
  }

  private Future<Void> read() {
    // A local variable, because the next read may begin before a slow one ends.
    long started = System.nanoTime();
    readAt = started;
    wanted = false;
    return reading.get().onSuccess(done -> readNanos = System.nanoTime() - started);
  }

  Future<Void> stop() {
    return ticker == null ? Future.succeededFuture() : ticker.stop();
  }

  /** Hastens the next read, because the catalogue may have changed. */
  void hasten() {
    if (hasteningLater || ticker == null) {
      return;
    }
    long pause = Math.max(SHORTEST_PAUSE.toNanos(), PAUSE_PER_READ * readNanos);
    long left = pause - (System.nanoTime() - hastenedAt);
    if (left <= 0) {
      hastenNow();
      return;
    }
    hasteningLater = true;
    vertx.setTimer(
        TimeUnit.NANOSECONDS.toMillis(left) + 1,
        timer -> {
          hasteningLater = false;
          hastenNow();
        });
  }

  private void hastenNow() {
    hastenedAt = System.nanoTime();
    wanted = true;
    ticker.hasten();
  }
}

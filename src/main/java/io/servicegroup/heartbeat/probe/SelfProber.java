package io.servicegroup.heartbeat.probe;

import io.servicegroup.runtime.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The probe {@code self}: the service beats by itself and has failed once it was silent for its
 * {@code service_down_time}. There is no result before the first beat, or before that much silence.
 *
 * <p>Silence is summed up in small steps, and a step counts as twice its planned length at most:
 * while this process was paused, no beat could have arrived.
 */
final class SelfProber implements Prober {

  private static final int STEPS = 20;
  private static final long MAX_STEP_MILLIS = 1000;

  private final Vertx vertx;
  private final String name;
  private final Duration allowed;
  private final Duration step;
  private final LongSupplier nanoTime;
  private Consumer<ProbeResult> results;
  private Ticker ticker;
  private long lastLook;
  private long silentNanos;

  SelfProber(Vertx vertx, String name, Duration allowed, LongSupplier nanoTime) {
    this.vertx = vertx;
    this.name = name;
    this.allowed = allowed;
    this.nanoTime = nanoTime;
    this.step =
        Duration.ofMillis(Math.max(1, Math.min(MAX_STEP_MILLIS, allowed.toMillis() / STEPS)));
  }

  @Override
  public void start(Consumer<ProbeResult> consumer) {
    begin(consumer);
    ticker =
        Ticker.start(
            vertx,
            name,
            step,
            step,
            () -> {
              look();
              return Future.succeededFuture();
            });
  }

  /** Starts without a timer, for tests that call {@link #look} themselves. */
  void begin(Consumer<ProbeResult> consumer) {
    results = consumer;
    lastLook = nanoTime.getAsLong();
  }

  /** Adds the time since the last look to the silence. */
  void look() {
    long now = nanoTime.getAsLong();
    silentNanos += Math.min(now - lastLook, 2 * step.toNanos());
    lastLook = now;
    if (silentNanos >= allowed.toNanos()) {
      results.accept(
          ProbeResult.fail(
              "no heartbeat within " + TimeUnit.NANOSECONDS.toMillis(allowed.toNanos()) + " ms"));
    }
  }

  @Override
  public boolean touch() {
    silentNanos = 0;
    lastLook = nanoTime.getAsLong();
    results.accept(ProbeResult.pass());
    return true;
  }

  @Override
  public Future<Void> stop() {
    return ticker.stop();
  }
}

package io.servicegroup.liveness;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ticks a {@link HeartbeatWatch} on a thread of its own, which runs on while the verticle's event
 * loop is blocked.
 */
final class WatchThread implements AutoCloseable {

  private final ScheduledExecutorService thread;

  /**
   * Starts the thread.
   *
   * @param name of the thread
   * @param interval the time from one tick to the next
   * @param watch what is ticked
   * @param silent called on the thread when the silence has lasted long enough, once per silence;
   *     may block
   */
  WatchThread(String name, Duration interval, HeartbeatWatch watch, Runnable silent) {
    thread =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread made = new Thread(work, name);
              made.setDaemon(true);
              return made;
            });
    long millis = interval.toMillis();
    Runnable tick =
        () -> {
          if (watch.tick(System.nanoTime())) {
            silent.run();
          }
        };
    thread.scheduleWithFixedDelay(tick, millis, millis, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

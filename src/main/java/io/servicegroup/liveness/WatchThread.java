package io.servicegroup.liveness;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Lets time pass for a {@link HeartbeatWatch} on a thread of its own, which goes on while the
 * verticle's event loop is blocked.
 */
final class WatchThread implements AutoCloseable {

  private final ScheduledExecutorService thread;

  /**
   * Starts it.
   *
   * @param name of the thread
   * @param interval from a tick to the next
   * @param watch what is told that time passed
   * @param silent called on the thread when the silence has lasted, once per silence; may block
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

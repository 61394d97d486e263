package io.servicegroup.liveness;

import io.servicegroup.runtime.LookoutThread;
import java.time.Duration;
import java.util.concurrent.Future;

/**
 * Ticks a {@link HeartbeatWatch} on the process's lookout, which runs on while the verticle's event
 * loop is blocked. What follows a silence may block, and has a thread of its own.
 */
final class WatchThread implements AutoCloseable {

  private final String name;
  private final HeartbeatWatch watch;
  private final Runnable silent;
  private final Future<?> ticks;

  /**
   * Starts to tick.
   *
   * @param name of the thread that follows a silence
   * @param interval the time from one tick to the next
   * @param watch what is ticked
   * @param silent called on a thread of its own when the silence has lasted long enough, once per
   *     silence; may block
   */
  WatchThread(String name, Duration interval, HeartbeatWatch watch, Runnable silent) {
    this.name = name;
    this.watch = watch;
    this.silent = silent;
    this.ticks = LookoutThread.every(interval, this::tick);
  }

  private void tick() {
    if (!watch.tick(System.nanoTime())) {
      return;
    }
    Thread thread = new Thread(silent, name);
    thread.setDaemon(true);
    try {
      thread.start();
    } catch (OutOfMemoryError e) {
      // No further thread can be made. To give the presence up comes before whatever waits here.
      silent.run();
    }
  }

  @Override
  public void close() {
    ticks.cancel(false);
  }
}

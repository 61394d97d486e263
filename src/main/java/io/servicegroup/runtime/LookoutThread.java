package io.servicegroup.runtime;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The thread of this process that looks, once in a while, at what event loops cannot notice about
 * themselves: that they are blocked, or gone. All who look share it, so a look has to be short and
 * to start a thread of its own for whatever may block. It starts with the first look and ends with
 * the process. Thread-safe.
 */
public final class LookoutThread {

  private static final ScheduledThreadPoolExecutor THREAD = thread();

  private LookoutThread() {}

  private static ScheduledThreadPoolExecutor thread() {
    ScheduledThreadPoolExecutor one =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "lookout");
              thread.setDaemon(true);
              return thread;
            });
    one.setRemoveOnCancelPolicy(true);
    return one;
  }

  /**
   * Looks again and again.
   *
   * @param interval from the end of a look to the next, and before the first
   * @param look is short, and ends for good where it throws
   * @return to be cancelled where no further look is wanted
   */
  public static Future<?> every(Duration interval, Runnable look) {
    long millis = interval.toMillis();
    return THREAD.scheduleWithFixedDelay(look, millis, millis, TimeUnit.MILLISECONDS);
  }
}

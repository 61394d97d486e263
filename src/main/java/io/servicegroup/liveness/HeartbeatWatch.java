package io.servicegroup.liveness;

import java.time.Duration;

/**
 * Notices that the agent's heartbeats stopped while this process ran on. Time is summed up from
 * tick to tick, and a long step counts as a short one: while the whole process was paused, no
 * heartbeat could be heard, and the loops behind it are not dead.
 *
 * <p>Pure arithmetic on a monotonic clock that the caller reads. Thread-safe: heartbeats arrive on
 * the verticle's event loop, and the ticks come from another thread, since a blocked event loop
 * could not notice its own silence.
 */
final class HeartbeatWatch {

  private final long limitNanos;
  private final long longestStepNanos;
  private long lastTick;
  private long silentNanos;
  private boolean armed;

  /**
   * Makes a watch that waits for the first heartbeat.
   *
   * @param serviceDownTime the silence after which it is noticed
   * @param pollInterval the time from one tick to the next; a step counts as two of them at most
   */
  HeartbeatWatch(Duration serviceDownTime, Duration pollInterval) {
    this.limitNanos = serviceDownTime.toNanos();
    this.longestStepNanos = pollInterval.multipliedBy(2).toNanos();
  }

  /**
   * A heartbeat was heard.
   *
   * @param members whether the heartbeat reports any member
   * @param nowNanos the clock
   */
  synchronized void heard(boolean members, long nowNanos) {
    armed = members;
    silentNanos = 0;
    lastTick = nowNanos;
  }

  /**
   * Time has passed.
   *
   * @param nowNanos the clock
   * @return whether the silence has lasted long enough; true once per silence
   */
  synchronized boolean tick(long nowNanos) {
    silentNanos += Math.min(nowNanos - lastTick, longestStepNanos);
    lastTick = nowNanos;
    boolean over = armed && silentNanos >= limitNanos;
    armed = armed && !over;
    return over;
  }
}

package io.servicegroup.liveness;

import java.time.Duration;

/**
 * Notices that the agent's heartbeats stopped while this process ran on. Time counts from tick to
 * tick, a long step as a short one: a process that was paused did not hear because nobody spoke.
 *
 * <p>Arithmetic on a monotonic clock that the caller reads. Thread-safe: heartbeats are heard on
 * the verticle's event loop, and time passes outside of it, since a loop that is blocked hears
 * nothing and would not notice either.
 */
final class HeartbeatWatch {

  private final long limitNanos;
  private final long longestStepNanos;
  private long lastTick;
  private long silentNanos;
  private boolean armed;

  /**
   * Makes one that waits for the first heartbeat.
   *
   * @param serviceDownTime of silence, after which it is noticed
   * @param pollInterval from a tick to the next; a step counts as two of them at most
   */
  HeartbeatWatch(Duration serviceDownTime, Duration pollInterval) {
    this.limitNanos = serviceDownTime.toNanos();
    this.longestStepNanos = pollInterval.multipliedBy(2).toNanos();
  }

  /**
   * A heartbeat was heard.
   *
   * @param members whether it speaks of any member
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
   * @return whether the silence has lasted; true once per silence
   */
  synchronized boolean tick(long nowNanos) {
    silentNanos += Math.min(nowNanos - lastTick, longestStepNanos);
    lastTick = nowNanos;
    boolean over = armed && silentNanos >= limitNanos;
    armed &= !over;
    return over;
  }
}

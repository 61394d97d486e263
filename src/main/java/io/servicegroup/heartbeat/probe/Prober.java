package io.servicegroup.heartbeat.probe;

import io.vertx.core.Future;
import java.util.function.Consumer;

/**
 * Looks at one service again and again. Every look is bounded in time and ends in a result; nothing
 * that a service does stops the loop. To be used on one event loop context.
 */
public interface Prober {

  /**
   * Starts looking.
   *
   * @param results called on the starting context with each result, the first as soon as there is
   *     one; not called after {@link #stop()}
   */
  void start(Consumer<ProbeResult> results);

  /**
   * Stops looking and closes what is open.
   *
   * @return completes when the look in progress is given up; never fails
   */
  Future<Void> stop();

  /**
   * The service itself reported that it lives.
   *
   * @return whether this probe waits for such reports; false where the prober looks by itself
   */
  default boolean touch() {
    return false;
  }
}

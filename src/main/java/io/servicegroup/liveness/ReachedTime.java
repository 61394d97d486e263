package io.servicegroup.liveness;

import io.servicegroup.model.Sightings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Computes how long a backend was reached where its verticle, which a third party may have written,
 * does not say so in its sightings. It is the time between the verticle's messages, unless they are
 * as far apart as in an outage, or the progress of the witness clock where that is more. Without
 * this, failures in a row would postpone a verdict for ever.
 *
 * <p>Not thread-safe.
 */
final class ReachedTime {

  private static final class Clock {
    long reached;
    long messageAt;
    long witnessed;
  }

  private final long outageMillis;
  private final LongSupplier nanoTime;
  private final Map<String, Clock> clocks = new HashMap<>();

  /**
   * Makes the clocks of all backends.
   *
   * @param outage between messages that are further apart than this, there was an outage
   * @param nanoTime a monotonic clock
   */
  ReachedTime(Duration outage, LongSupplier nanoTime) {
    this.outageMillis = outage.toMillis();
    this.nanoTime = nanoTime;
  }

  /** Adds the reached time to a message that lacks it, and returns any other as it is. */
  Sightings completed(Sightings seen) {
    if (seen.reachedMillis() != Sightings.NOT_TOLD) {
      return seen;
    }
    long now = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
    Clock clock = clocks.get(seen.backend());
    if (clock == null) {
      clock = new Clock();
      clocks.put(seen.backend(), clock);
    } else {
      long passed = now - clock.messageAt;
      long witnessed = Math.max(0, seen.witnessedMillis() - clock.witnessed);
      clock.reached += Math.max(witnessed, passed <= outageMillis ? passed : 0);
    }
    clock.messageAt = now;
    clock.witnessed = seen.witnessedMillis();
    return new Sightings(
        seen.backend(),
        seen.witnessedMillis(),
        seen.beats(),
        seen.held(),
        seen.gone(),
        seen.unwitnessed(),
        seen.hiccup(),
        clock.reached);
  }
}

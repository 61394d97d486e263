package io.servicegroup.liveness;

import io.servicegroup.model.Sightings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * For how long a backend was reached whose verticle does not say so: the time between its messages,
 * unless they are as far apart as in an outage, or what its witness clock says where that is more.
 * Otherwise failures in a row would postpone a verdict for ever where somebody else's verticle only
 * says the least that it has to.
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
   * Makes one for all backends.
   *
   * @param outage messages that are further apart have an outage between them
   * @param nanoTime a monotonic clock
   */
  ReachedTime(Duration outage, LongSupplier nanoTime) {
    this.outageMillis = outage.toMillis();
    this.nanoTime = nanoTime;
  }

  /** The message with the time that its verticle did not tell; as it is where it did. */
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

package io.servicegroup.detect;

import java.util.HashMap;
import java.util.Map;

/**
 * Members whose own beats cannot be written: their time does not run, for as long as that is said
 * again. Remembered from message to message, to show it where it has lasted for a whole timeout.
 */
final class Unwitnessed {

  private final Reach reach;
  private final Timeouts timeouts;
  private Map<Testimony, Long> since = Map.of();
  private Map<Testimony, Long> found = new HashMap<>();

  Unwitnessed(Reach reach, Timeouts timeouts) {
    this.reach = reach;
    this.timeouts = timeouts;
  }

  /** One of which the present message says so. */
  void found(Testimony testimony) {
    Long before = since.get(testimony);
    found.put(testimony, before == null ? reach.reachedMillis() : before);
  }

  /** The message is complete: of whom it did not say so may be judged again. */
  void settle() {
    since = found;
    found = new HashMap<>();
  }

  /** How many would have been judged by now. */
  int overdue() {
    int overdue = 0;
    for (Map.Entry<Testimony, Long> one : since.entrySet()) {
      long timeout = timeouts.millis(one.getKey().tracked.timeout);
      overdue += reach.reachedMillis() - one.getValue() >= timeout ? 1 : 0;
    }
    return overdue;
  }
}

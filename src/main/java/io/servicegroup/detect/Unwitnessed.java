package io.servicegroup.detect;

import java.util.HashMap;
import java.util.Map;

/**
 * Members whose beats cannot be written. Their timeout does not run for as long as each message of
 * the liveness verticle says so again. Remembers since when, so that members which would have been
 * judged by now can be shown to the operator.
 */
final class Unwitnessed {

  private final HeardTime heardTime;
  private final Timeouts timeouts;
  private Map<Evidence, Long> since = Map.of();
  private Map<Evidence, Long> found = new HashMap<>();

  Unwitnessed(HeardTime heardTime, Timeouts timeouts) {
    this.heardTime = heardTime;
    this.timeouts = timeouts;
  }

  /** The present message says so of a member. */
  void found(Evidence evidence) {
    Long before = since.get(evidence);
    found.put(evidence, before == null ? heardTime.reachedMillis() : before);
  }

  /** The message has been processed: members of which it did not say so may be judged again. */
  void settle() {
    since = found;
    found = new HashMap<>();
  }

  /** How many members would have been judged by now, had their timeout run. */
  int overdue() {
    int overdue = 0;
    for (Map.Entry<Evidence, Long> one : since.entrySet()) {
      long timeout = timeouts.millis(one.getKey().tracked.timeout);
      overdue += heardTime.reachedMillis() - one.getValue() >= timeout ? 1 : 0;
    }
    return overdue;
  }
}

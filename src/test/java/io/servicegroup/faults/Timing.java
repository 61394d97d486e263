package io.servicegroup.faults;

import java.time.Duration;

/** The intervals of all scenarios, and what the contract says follows from them. */
final class Timing {

  static final Duration REPORT = Duration.ofSeconds(1);
  static final Duration DOWN = Duration.ofSeconds(5);

  /** The default: a fifth of {@link #DOWN}. */
  static final Duration POLL = Duration.ofSeconds(1);

  /** A {@code report_interval} before the time is over: the last beat may be that old already. */
  static final Duration EARLIEST_DOWN = DOWN.minus(REPORT);

  /** {@code service_down_time + 2 × poll_interval + 500 ms}. */
  static final Duration LATEST_DOWN = DOWN.plus(POLL.multipliedBy(2)).plusMillis(500);

  /** For what the contract gives no time for: a loaded machine's. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private Timing() {}
}

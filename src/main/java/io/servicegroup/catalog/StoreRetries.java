package io.servicegroup.catalog;

import io.servicegroup.runtime.Backoff;
import java.time.Duration;

/** The pauses between attempts to write what nobody waits for. */
final class StoreRetries {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  private StoreRetries() {}

  /** Creates the pauses for one sequence of attempts. */
  static Backoff backoff() {
    return new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
  }
}

package io.servicegroup.detect;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Members without a row in the catalogue that a backend saw end. They are remembered for a while,
 * so that what arrives late does not make them members again.
 */
final class EndedMembers {

  /** How long a member that was known is remembered after its end, in milliseconds. */
  private static final long REMEMBERED = TimeUnit.HOURS.toMillis(1);

  private final SilenceQueue<Evidence> known = new SilenceQueue<>(REMEMBERED);

  /** Members of which the backend showed nothing but the end. */
  private final SilenceQueue<Evidence> unknown;

  /**
   * Makes it empty.
   *
   * @param serviceDownTime how long the catalogue is awaited to tell of a member of which nothing
   *     but the end was seen, in milliseconds
   */
  EndedMembers(long serviceDownTime) {
    this.unknown = new SilenceQueue<>(serviceDownTime);
  }

  /** Remembers a member from now on. */
  void add(Evidence evidence, long clock) {
    boolean isKnown = evidence.tracked.member != null;
    (isKnown ? known : unknown).heard(evidence, clock);
  }

  /** Remembers every member for the whole time again. */
  void restart(long clock) {
    known.restart(clock);
    unknown.restart(clock);
  }

  /** Passes on, and forgets, every member that ended long enough ago. */
  void forget(long clock, Consumer<Evidence> forgotten) {
    for (SilenceQueue<Evidence> queue : List.of(known, unknown)) {
      Evidence evidence = queue.overdue(clock);
      while (evidence != null) {
        evidence.leaveQueue();
        forgotten.accept(evidence);
        evidence = queue.overdue(clock);
      }
    }
  }
}

package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** Whatever breaks, nobody who lives is declared down, and who died is found. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FalseAlarmContract {

  /**
   * Whoever is silent for that long is told down. The long forms, of three times the down time and
   * more, are the soak's.
   */
  static final Duration LONG_ENOUGH = Timing.LATEST_DOWN.plus(Timing.REPORT);

  private final Technology technology;
  FalseAlarms fleet;

  FalseAlarmContract(Technology technology) {
    this.technology = technology;
  }

  @BeforeAll
  void start() {
    fleet = FalseAlarms.clocksApart(technology);
  }

  @AfterAll
  void stop() {
    if (fleet != null) {
      fleet.close();
    }
  }

  static void assertGood(Result result) {
    System.out.println(result);
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

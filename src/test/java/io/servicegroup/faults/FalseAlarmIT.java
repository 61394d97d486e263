package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whatever breaks, nobody who lives is declared down, and who died is found. */
class FalseAlarmIT {

  private static FalseAlarms fleet;

  @BeforeAll
  static void start() {
    fleet = new FalseAlarms(Timing.REPORT);
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  @Test
  void databaseStoppedForThreeTimesTheDownTime() throws Exception {
    assertGood(fleet.databaseStopped(Timing.DOWN.multipliedBy(3)));
  }

  @Test
  void databaseRestartedAgainAndAgain() throws Exception {
    assertGood(fleet.databaseRestarted(5));
  }

  @Test
  void observerStoppedForThreeTimesTheDownTime() throws Exception {
    assertGood(fleet.observerPaused(Timing.DOWN.multipliedBy(3)));
  }

  @Test
  void observersConnectionHungForThreeTimesTheDownTime() throws Exception {
    assertGood(fleet.observerHung(Timing.DOWN.multipliedBy(3)));
  }

  @Test
  void aRowHeldBySomebodyElse() throws Exception {
    assertGood(fleet.rowHeld(Timing.DOWN.multipliedBy(2)));
  }

  @Test
  void anIndexBeingBuilt() throws Exception {
    assertGood(fleet.indexBuilt(Timing.DOWN.multipliedBy(2)));
  }

  @Test
  void failingBeats() throws Exception {
    assertGood(fleet.beatsFail(10));
  }

  private static void assertGood(Result result) {
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

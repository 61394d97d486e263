package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** PostgreSQL as catalogue and backend: also what only a database can do. */
class FalseAlarmIT extends ServerFalseAlarmContract {

  FalseAlarmIT() {
    super(Technology.POSTGRESQL);
  }

  @Test
  void restartedAgainAndAgain() throws Exception {
    assertGood(fleet.backendRestarted(3));
  }

  @Test
  void aRowHeldBySomebodyElse() throws Exception {
    assertGood(new PostgresFaults(fleet).rowHeld(Timing.DOWN.multipliedBy(2)));
  }

  @Test
  void anIndexBeingBuilt() throws Exception {
    assertGood(new PostgresFaults(fleet).indexBuilt(Timing.DOWN.multipliedBy(2)));
  }

  @Test
  void failingBeats() throws Exception {
    assertGood(new PostgresFaults(fleet).beatsFail(10));
  }

  @Test
  void observerStopped() throws Exception {
    assertGood(fleet.observerPaused(LONG_ENOUGH));
  }
}

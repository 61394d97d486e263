package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** PostgreSQL as catalogue and backend; and what only a database can do to beats. */
class FalseAlarmIT extends ServerFalseAlarmContract {

  FalseAlarmIT() {
    super(Technology.POSTGRESQL);
  }

  @Test
  void restartedAgainAndAgain() throws Exception {
    assertGood(fleet.backendRestarted(3));
  }

  @Test
  void observerStopped() throws Exception {
    assertGood(fleet.killing().observerPaused(LONG_ENOUGH));
  }

  @Test
  void aRowHeldBySomebodyElse() throws Exception {
    assertGood(new PostgresFaults(fleet).rowHeld(LONG_ENOUGH));
  }

  @Test
  void anIndexBeingBuilt() throws Exception {
    assertGood(new PostgresFaults(fleet.killing()).indexBuilt(LONG_ENOUGH));
  }

  @Test
  void failingBeats() throws Exception {
    assertGood(new PostgresFaults(fleet).beatsFail(10));
  }
}

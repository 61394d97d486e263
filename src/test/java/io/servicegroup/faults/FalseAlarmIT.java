package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** PostgreSQL as catalogue and backend. */
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
}

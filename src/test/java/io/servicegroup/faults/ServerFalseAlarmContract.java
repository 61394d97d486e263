package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** The same, where there is a server that can break and a connection to it. */
abstract class ServerFalseAlarmContract extends FalseAlarmContract {

  ServerFalseAlarmContract(Technology technology) {
    super(technology);
  }

  @Test
  void stoppedForLongerThanTheDownTime() throws Exception {
    assertGood(fleet.killing().backendStopped(LONG_ENOUGH));
  }

  @Test
  void observersConnectionHung() throws Exception {
    assertGood(fleet.observerHung(LONG_ENOUGH));
  }
}

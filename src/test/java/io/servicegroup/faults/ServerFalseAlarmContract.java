package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** The same, where there is a server that can break and a connection to it. */
abstract class ServerFalseAlarmContract extends FalseAlarmContract {

  ServerFalseAlarmContract(Technology technology) {
    super(technology);
  }

  @Test
  void stoppedForThreeTimesTheDownTime() throws Exception {
    assertGood(fleet.backendStopped(Timing.DOWN.multipliedBy(3)));
  }

  @Test
  void observersConnectionHung() throws Exception {
    assertGood(fleet.observerHung(LONG_ENOUGH));
  }
}

package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** The same, where there is a server that can break and a connection to it. */
abstract class ServerFalseAlarmContract extends FalseAlarmContract {

  ServerFalseAlarmContract(Technology technology) {
    super(technology);
  }

  @Test
  void stoppedForThreeTimesTheDownTime() throws Exception {
    assertGood(fleet.backendStopped(THREE_TIMES));
  }

  @Test
  void observersConnectionHungForThreeTimesTheDownTime() throws Exception {
    assertGood(fleet.observerHung(THREE_TIMES));
  }
}

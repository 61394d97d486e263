package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** The same, where the server holds beats only and may come back with none. */
abstract class EmptiedFalseAlarmContract extends ServerFalseAlarmContract {

  EmptiedFalseAlarmContract(Technology technology) {
    super(technology);
  }

  @Test
  void restartedEmpty() throws Exception {
    assertGood(fleet.killing().backendEmptied());
  }
}

package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** Redis keeps the beats, PostgreSQL the catalogue. */
class RedisFalseAlarmIT extends EmptiedFalseAlarmContract {

  RedisFalseAlarmIT() {
    super(Technology.REDIS);
  }

  @Test
  void observerStopped() throws Exception {
    assertGood(fleet.observerPaused(LONG_ENOUGH));
  }
}

package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;
import org.junit.jupiter.api.Test;

/** Redis keeps the beats, PostgreSQL the catalogue. */
class RedisFalseAlarmIT extends EmptiedFalseAlarmContract {

  RedisFalseAlarmIT() {
    super(Technology.REDIS);
  }

  @LongForm
  @Test
  void observerStopped() throws Exception {
    assertGood(fleet.observerPaused(LONG_ENOUGH));
  }
}

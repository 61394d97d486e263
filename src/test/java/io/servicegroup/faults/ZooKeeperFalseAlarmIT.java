package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;
import org.junit.jupiter.api.Test;

/** ZooKeeper keeps the beats, PostgreSQL the catalogue. */
class ZooKeeperFalseAlarmIT extends EmptiedFalseAlarmContract {

  ZooKeeperFalseAlarmIT() {
    super(Technology.ZOOKEEPER);
  }

  @Test
  @LongForm
  void observerStopped() throws Exception {
    assertGood(fleet.observerPaused(LONG_ENOUGH));
  }
}

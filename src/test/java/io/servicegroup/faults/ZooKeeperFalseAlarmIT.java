package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** ZooKeeper keeps the beats, PostgreSQL the catalogue. */
class ZooKeeperFalseAlarmIT extends EmptiedFalseAlarmContract {

  ZooKeeperFalseAlarmIT() {
    super(Technology.ZOOKEEPER);
  }

  @Test
  void observerStopped() throws Exception {
    assertGood(fleet.observerPaused(LONG_ENOUGH));
  }
}

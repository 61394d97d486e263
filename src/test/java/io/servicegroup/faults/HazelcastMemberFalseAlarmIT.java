package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** The agents are a Hazelcast cluster; PostgreSQL keeps the catalogue. */
class HazelcastMemberFalseAlarmIT extends FalseAlarmContract {

  HazelcastMemberFalseAlarmIT() {
    super(Technology.HAZELCAST_MEMBER);
  }

  @Test
  void observerStopped() throws Exception {
    assertGood(fleet.killing().observerPaused(LONG_ENOUGH));
  }
}

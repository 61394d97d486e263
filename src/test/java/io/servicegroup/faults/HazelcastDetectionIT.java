package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;
import org.junit.jupiter.api.Test;

/** A Hazelcast cluster of its own keeps the beats, PostgreSQL the catalogue. */
class HazelcastDetectionIT extends DetectionContract {

  HazelcastDetectionIT() {
    super(Technology.HAZELCAST);
  }

  @LongForm
  @Override
  @Test
  void anUpgradedAgentsMembersWereNeverDown() {
    super.anUpgradedAgentsMembersWereNeverDown();
  }
}

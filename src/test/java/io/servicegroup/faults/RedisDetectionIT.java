package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;
import org.junit.jupiter.api.Test;

/** Redis keeps the beats, PostgreSQL the catalogue. */
class RedisDetectionIT extends DetectionContract {

  RedisDetectionIT() {
    super(Technology.REDIS);
  }

  @LongForm
  @Override
  @Test
  void anUpgradedAgentsMembersWereNeverDown() {
    super.anUpgradedAgentsMembersWereNeverDown();
  }
}

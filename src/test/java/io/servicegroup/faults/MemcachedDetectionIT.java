package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;
import org.junit.jupiter.api.Test;

/** memcached keeps the beats, PostgreSQL the catalogue. */
class MemcachedDetectionIT extends DetectionContract {

  MemcachedDetectionIT() {
    super(Technology.MEMCACHED);
  }

  @LongForm
  @Override
  @Test
  void anUpgradedAgentsMembersWereNeverDown() {
    super.anUpgradedAgentsMembersWereNeverDown();
  }
}

package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;
import org.junit.jupiter.api.Test;

/** A Hazelcast cluster of its own keeps the beats, PostgreSQL the catalogue. */
class HazelcastFalseAlarmIT extends EmptiedFalseAlarmContract {

  HazelcastFalseAlarmIT() {
    super(Technology.HAZELCAST);
  }

  /** A stop loses everything, too. */
  @LongForm
  @Override
  @Test
  void restartedEmpty() throws Exception {
    super.restartedEmpty();
  }
}

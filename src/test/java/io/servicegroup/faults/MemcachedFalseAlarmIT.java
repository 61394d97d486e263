package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;
import org.junit.jupiter.api.Test;

/** memcached keeps the beats, PostgreSQL the catalogue. */
class MemcachedFalseAlarmIT extends EmptiedFalseAlarmContract {

  MemcachedFalseAlarmIT() {
    super(Technology.MEMCACHED);
  }

  /** A stop loses everything, too. */
  @LongForm
  @Override
  @Test
  void restartedEmpty() throws Exception {
    super.restartedEmpty();
  }
}

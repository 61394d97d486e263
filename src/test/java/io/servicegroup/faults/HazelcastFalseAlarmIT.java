package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;

/**
 * A Hazelcast cluster of its own keeps the beats, PostgreSQL the catalogue. The suite shows the
 * same with agents that are the cluster, and outages of this client in the backends' contract.
 */
@LongForm
class HazelcastFalseAlarmIT extends EmptiedFalseAlarmContract {

  HazelcastFalseAlarmIT() {
    super(Technology.HAZELCAST);
  }
}

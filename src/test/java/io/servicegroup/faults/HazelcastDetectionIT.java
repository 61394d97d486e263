package io.servicegroup.faults;

import io.servicegroup.testkit.LongForm;

/**
 * A Hazelcast cluster of its own keeps the beats, PostgreSQL the catalogue. The suite shows the
 * same with agents that are the cluster.
 */
@LongForm
class HazelcastDetectionIT extends DetectionContract {

  HazelcastDetectionIT() {
    super(Technology.HAZELCAST);
  }
}

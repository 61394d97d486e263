package io.servicegroup.faults;

/** A Hazelcast cluster of its own keeps the beats, PostgreSQL the catalogue. */
class HazelcastDetectionIT extends DetectionContract {

  HazelcastDetectionIT() {
    super(Technology.HAZELCAST);
  }
}

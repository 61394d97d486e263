package io.servicegroup.faults;

/** The agents are a Hazelcast cluster; PostgreSQL keeps the catalogue. */
class HazelcastMemberDetectionIT extends DetectionContract {

  HazelcastMemberDetectionIT() {
    super(Technology.HAZELCAST_MEMBER);
  }
}

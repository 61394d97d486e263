package io.servicegroup.faults;

/** The agents are a Hazelcast cluster; PostgreSQL keeps the catalogue. */
class HazelcastMemberFalseAlarmIT extends FalseAlarmContract {

  HazelcastMemberFalseAlarmIT() {
    super(Technology.HAZELCAST_MEMBER);
  }
}

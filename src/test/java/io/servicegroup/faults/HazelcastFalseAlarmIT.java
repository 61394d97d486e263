package io.servicegroup.faults;

/** A Hazelcast cluster of its own keeps the beats, PostgreSQL the catalogue. */
class HazelcastFalseAlarmIT extends EmptiedFalseAlarmContract {

  HazelcastFalseAlarmIT() {
    super(Technology.HAZELCAST);
  }
}

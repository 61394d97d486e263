package io.servicegroup.faults;

/** Redis keeps the beats, PostgreSQL the catalogue. */
class RedisFalseAlarmIT extends EmptiedFalseAlarmContract {

  RedisFalseAlarmIT() {
    super(Technology.REDIS);
  }
}

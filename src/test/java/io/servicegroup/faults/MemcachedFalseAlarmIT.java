package io.servicegroup.faults;

/** memcached keeps the beats, PostgreSQL the catalogue. */
class MemcachedFalseAlarmIT extends EmptiedFalseAlarmContract {

  MemcachedFalseAlarmIT() {
    super(Technology.MEMCACHED);
  }
}

package io.servicegroup.faults;

/** memcached keeps the beats, PostgreSQL the catalogue. */
class MemcachedDetectionIT extends DetectionContract {

  MemcachedDetectionIT() {
    super(Technology.MEMCACHED);
  }
}

package io.servicegroup.faults;

/** Redis keeps the beats, PostgreSQL the catalogue. */
class RedisDetectionIT extends DetectionContract {

  RedisDetectionIT() {
    super(Technology.REDIS);
  }
}

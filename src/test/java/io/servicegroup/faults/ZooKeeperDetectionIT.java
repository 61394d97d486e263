package io.servicegroup.faults;

/** ZooKeeper keeps the beats, PostgreSQL the catalogue. */
class ZooKeeperDetectionIT extends DetectionContract {

  ZooKeeperDetectionIT() {
    super(Technology.ZOOKEEPER);
  }
}

package io.servicegroup.faults;

/** ZooKeeper keeps the beats, PostgreSQL the catalogue. */
class ZooKeeperFalseAlarmIT extends EmptiedFalseAlarmContract {

  ZooKeeperFalseAlarmIT() {
    super(Technology.ZOOKEEPER);
  }
}

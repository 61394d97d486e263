package io.servicegroup.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.Test;

/** The server that the other tests rely on keeps its data, and loses them, when it is told to. */
class ZooKeeperServerIT {

  @Test
  void keepsWhatItKnewUntilItIsStartedEmpty() throws Exception {
    try (ZooKeeperServer server = ZooKeeperServer.create()) {
      create(server, "/a");
      server.kill();
      server.start();
      assertThat(exists(server, "/a")).isTrue();
      server.stop();
      server.startEmpty();
      assertThat(exists(server, "/a")).isFalse();
    }
  }

  private static void create(ZooKeeperServer server, String path) throws Exception {
    ZooKeeper client = server.connect();
    client.create(path, new byte[0], Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    client.close();
  }

  private static boolean exists(ZooKeeperServer server, String path) throws Exception {
    ZooKeeper client = server.connect();
    boolean there = client.exists(path, false) != null;
    client.close();
    return there;
  }
}

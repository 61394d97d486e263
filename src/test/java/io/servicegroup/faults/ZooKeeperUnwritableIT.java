package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.Test;

/**
 * Servers that keep an agent's session and refuse its nodes: the session stands for the members
 * whose nodes are there, and for the others the agent says that it lives and cannot beat.
 */
class ZooKeeperUnwritableIT {

  private static final String GROUP = "/tooz/closed";
  private static final String MEMBER = "closed/c-1";

  @Test
  @SuppressWarnings("try") // its close() may be interrupted, which ends the test
  void whoLivesAndHasNoNodeIsHeldAndWhoHasOneStaysUp() throws Exception {
    try (PostgresServer catalogue = PostgresServer.create("fsync=off");
        ZooKeeperServer server = ZooKeeperServer.create();
        ZooKeeper owner = server.connect()) {
      owner.create("/tooz", null, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
      owner.create(GROUP, null, readable(), CreateMode.PERSISTENT);
      JsonObject config = Configs.sidecar(catalogue.uri(), "open", List.of("o-1"));
      config
          .getJsonArray("services")
          .add(new JsonObject().put("group", "closed").put("host", "c-1"));
      try (AgentProcess observer = agent(Configs.observer(catalogue.uri()), server);
          AgentProcess sidecar = agent(config, server)) {
        observer.start();
        sidecar.launch();
        observer.await(0, 1, change -> change.member().equals("open/o-1"), PATIENCE);
        observer.changes().during(LATEST_DOWN.plus(REPORT));

        assertThat(observer.changes().since(0)).noneMatch(c -> c.member().equals(MEMBER));
        assertThat(observer.get("/health").body()).contains("lives and cannot beat");
        owner.setACL(GROUP, Ids.OPEN_ACL_UNSAFE, -1);
        observer.await(0, 1, c -> c.member().equals(MEMBER) && c.status().equals("UP"), PATIENCE);
        int mark = observer.changes().mark();
        owner.setACL(GROUP, readable(), -1);
        observer.changes().during(LATEST_DOWN);
        assertThat(observer.changes().since(mark)).as("the node stands").isEmpty();
        sidecar.process().kill();
        List<Change> dead =
            observer.await(mark, 2, change -> change.status().equals("DOWN"), PATIENCE);
        assertThat(dead).as("nobody says it any more").hasSize(2);
      }
    }
  }

  private static List<ACL> readable() {
    return new ArrayList<>(List.of(new ACL(Perms.READ | Perms.ADMIN, Ids.ANYONE_ID_UNSAFE)));
  }

  private static AgentProcess agent(JsonObject config, ZooKeeperServer server) {
    config.getJsonObject("liveness").put("backends", JsonArray.of(server.uri()));
    return AgentProcess.of(config);
  }
}

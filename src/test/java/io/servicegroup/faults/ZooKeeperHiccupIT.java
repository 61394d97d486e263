package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A server that hangs for longer than its sessions live, but for less than an outage lasts: when it
 * goes on it ends everybody's session before it hears anybody.
 */
class ZooKeeperHiccupIT {

  private static final int MEMBERS = 5;
  private static final Duration LONGER_THAN_A_SESSION = Duration.ofMillis(3_600);
  private static final Duration DOWN_TIME = Duration.ofSeconds(11);
  private static final Duration SETTLED = Duration.ofSeconds(4);

  @Test
  void whoseSessionsItEndsOnItsReturnIsNotDown() {
    try (PostgresServer catalogue = PostgresServer.create("fsync=off");
        ZooKeeperServer server = ZooKeeperServer.create();
        AgentProcess observer = agent(Configs.observer(catalogue.uri()), server);
        AgentProcess one = sidecar("a", catalogue, server);
        AgentProcess other = sidecar("b", catalogue, server)) {
      List<AgentProcess> agents = List.of(observer, one, other);
      agents.forEach(AgentProcess::start);
      observer.await(0, 2 * MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      // The grace of the start is over then: what is concluded is believed.
      observer.changes().during(DOWN_TIME.plusSeconds(1));
      List<Integer> marks = agents.stream().map(agent -> agent.changes().mark()).toList();
      server.pause();
      observer.changes().during(LONGER_THAN_A_SESSION);
      server.resume();
      observer.changes().during(SETTLED);
      List<Change> changes = new ArrayList<>();
      for (int i = 0; i < agents.size(); i++) {
        changes.addAll(agents.get(i).changes().since(marks.get(i)));
      }
      assertThat(changes).isEmpty();
    }
  }

  private static AgentProcess sidecar(
      String group, PostgresServer catalogue, ZooKeeperServer server) {
    List<String> hosts = Configs.names(group, MEMBERS);
    return agent(Configs.sidecar(catalogue.uri(), group, hosts), server);
  }

  private static AgentProcess agent(JsonObject config, ZooKeeperServer server) {
    config
        .getJsonObject("liveness")
        // An outage begins after that: this is none.
        .put("report_interval", "5s")
        .put("service_down_time", DOWN_TIME.toSeconds() + "s")
        .put("poll_interval", "500ms")
        .put("backends", JsonArray.of(server.uri() + "?timeout=3"));
    return AgentProcess.of(config);
  }
}

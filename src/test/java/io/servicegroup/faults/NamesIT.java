package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that a path cannot carry, and addresses of either family, as a user meets them. */
@Timeout(120)
class NamesIT {

  private static final String MEMBERS = "/v1/groups/compute/members";

  @Test
  void aNameThatCouldNotBeAskedForIsRefusedAtTheJoin() {
    try (RedisServer redis = RedisServer.create();
        AgentProcess agent = AgentProcess.of(Configs.agent(redis.uri())).start()) {
      for (String name : List.of(".", "..")) {
        HttpResponse<String> answer =
            agent.send("POST", MEMBERS, new JsonObject().put("host", name));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("detail")).contains("host");
      }
      assertThat(agent.get(MEMBERS).body()).contains("\"members\":[]");
    }
  }

  @Test
  void checkConfigFindsItToo() {
    List<String> command =
        AgentProcess.command(
            "check-config", "--set", "services=[{group: '.', host: '..'}, {group: a/b}]");
    ProcessBuilder builder = new ProcessBuilder(command);
    try (ManagedProcess check = ManagedProcess.start("check-config", builder)) {
      assertThat(check.awaitExit(PATIENCE)).isEqualTo(2);
      check.awaitLine("services[0].group", PATIENCE);
      check.awaitLine("services[0].host", PATIENCE);
    }
  }

  @Test
  void aServiceThatListensOnIpv6OnlyIsFoundByItsNameAndItsAddress() throws IOException {
    try (RedisServer redis = RedisServer.create();
        ServerSocket service = new ServerSocket(0, 1000, InetAddress.getByName("::1"));
        AgentProcess agent =
            AgentProcess.of(
                Configs.agent(redis.uri())
                    .put(
                        "services",
                        JsonArray.of(
                            probed("name", "localhost:" + service.getLocalPort()),
                            probed("address", "[::1]:" + service.getLocalPort()))))) {
      agent.start();
      agent.await(0, 2, change -> change.status().equals("UP"), PATIENCE);
      assertThat(agent.get("/health").statusCode()).isEqualTo(200);
    }
  }

  private static JsonObject probed(String host, String address) {
    return new JsonObject()
        .put("group", "compute")
        .put("host", host)
        .put("probe", new JsonObject().put("type", "tcp").put("address", address));
  }
}

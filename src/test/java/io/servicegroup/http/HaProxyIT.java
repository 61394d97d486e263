package io.servicegroup.http;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.HaProxy;
import io.servicegroup.testkit.ListeningService;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A real HAProxy uses the agent check and the health page, over restarts of either. */
@Execution(ExecutionMode.CONCURRENT)
class HaProxyIT {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String DISABLED = "{\"disabled\": true, \"disabled_reason\": \"upgrade\"}";

  private final int checkPort = Ports.free();
  private final RedisServer redis = RedisServer.create();
  private final ListeningService compute = new ListeningService();
  private final ListeningService volume = new ListeningService();
  private AgentProcess agent;
  private HaProxy proxy;

  @BeforeEach
  void start() {
    redis.start();
    agent =
        AgentProcess.of(
                new JsonObject()
                    .put("agent", new JsonObject().put("host", "a"))
                    .put(
                        "services",
                        new JsonArray()
                            .add(service("compute", compute))
                            .add(service("volume", volume)))
                    .put("catalog", new JsonObject().put("uri", redis.uri()))
                    .put("agent_check", new JsonObject().put("port", checkPort))
                    .put(
                        "liveness",
                        new JsonObject()
                            .put("report_interval", "1s")
                            .put("service_down_time", "4s")))
            .start();
    int httpPort = agent.uri("/").getPort();
    String check = " agent-check agent-addr 127.0.0.1 agent-port " + checkPort;
    proxy =
        HaProxy.start(
            "  option httpchk /health?group=compute",
            "  server compute 127.0.0.1:%d weight 100%s agent-inter 500ms agent-send compute/a\\n"
                .formatted(compute.port(), check),
            "  server volume 127.0.0.1:%d weight 100%s agent-inter 500ms agent-send volume"
                .formatted(volume.port(), check),
            "  server all 127.0.0.1:%d weight 100%s agent-inter 500ms"
                .formatted(compute.port(), check),
            "  server http 127.0.0.1:%d weight 100 check addr 127.0.0.1 port %d inter 500ms"
                .formatted(compute.port(), httpPort));
  }

  @AfterEach
  void stop() {
    proxy.close();
    agent.close();
    compute.close();
    volume.close();
    redis.close();
  }

  private static JsonObject service(String group, ListeningService service) {
    return new JsonObject()
        .put("group", group)
        .put(
            "probe",
            new JsonObject()
                .put("type", "tcp")
                .put("address", "127.0.0.1:" + service.port())
                .put("interval", "200ms"));
  }

  private void say(String words) {
    assertThat(
            agent.send("PATCH", "/v1/groups/compute/members/a", new JsonObject(words)).statusCode())
        .isEqualTo(200);
  }

  private void assertState(String server, String wanted) {
    // HAProxy reports "no check" for a server that has an agent check and no health check.
    await(
        server + " is " + wanted,
        SOON,
        () -> proxy.state(server).replace("no check", "UP"),
        wanted::equals);
  }

  @Test
  void oneFailingServiceTakesNoOtherOut() {
    assertState("compute", "UP 100");
    assertState("http", "UP 100");
    volume.kill();
    assertState("volume", "DOWN (agent) 100");
    assertState("all", "DOWN (agent) 100");
    assertState("compute", "UP 100");
    compute.kill();
    assertState("compute", "DOWN (agent) 100");
    assertState("http", "DOWN 100");
    compute.start();
    volume.start();
    assertState("compute", "UP 100");
    assertState("all", "UP 100");
    assertState("http", "UP 100");
  }

  @Test
  void nothingHasToBeTakenBackAndTheOperatorsWordStays() {
    assertState("compute", "UP 100");
    say(DISABLED);
    assertState("compute", "UP 0");
    assertState("volume", "UP 100");
    assertState("http", "DOWN 100");

    proxy.process().signal("STOP");
    say("{\"disabled\": false}");
    agent.process().signal("TERM");
    assertThat(agent.process().awaitExit(SOON)).isZero();
    agent.start();
    proxy.process().signal("CONT");
    assertState("compute", "UP 100");
    assertState("http", "UP 100");

    proxy.command("set server fleet/compute state maint");
    assertState("compute", "MAINT 100");
    say(DISABLED);
    assertState("all", "UP 0");
    say("{\"disabled\": false}");
    assertState("all", "UP 100");
    assertState("compute", "MAINT 100");
  }

  @Test
  void aStoppingAgentIsSeenAsStoppingAndComesBack() {
    assertState("compute", "UP 100");
    agent.process().signal("TERM");
    assertThat(agent.process().awaitExit(SOON)).isZero();
    assertState("compute", "UP 0");
    assertState("volume", "UP 0");
    assertState("all", "UP 0");
    agent.start();
    assertState("compute", "UP 100");
    assertState("volume", "UP 100");
    assertState("all", "UP 100");
  }
}

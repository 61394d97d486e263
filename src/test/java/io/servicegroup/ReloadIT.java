package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Signals to a running agent, and what it takes of a configuration that changed under it. */
@Timeout(120)
class ReloadIT {

  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final String READ_AGAIN = "The configuration was read again";

  @Started private static PostgresServer database;
  private static AgentProcess agent;

  /** One agent for all tests, which each begin with the same configuration. */
  @BeforeEach
  void start() {
    JsonObject config = config(service("kept"), service("gone"), service("changed"));
    agent = agent == null ? AgentProcess.of(config) : agent;
    if (agent.process() == null || !agent.process().isAlive()) {
      agent.configure(config);
      agent.start();
    } else {
      hangUp(config, READ_AGAIN);
    }
    List.of("kept", "gone", "changed").forEach(host -> awaitMember(host, "status", "UP"));
  }

  @AfterAll
  static void stop() {
    agent.close();
    agent = null;
  }

  private static JsonObject service(String host) {
    return new JsonObject().put("group", "compute").put("host", host);
  }

  private static JsonObject config(JsonObject... services) {
    return new JsonObject()
        .put("services", new JsonArray(List.of(services)))
        .put("catalog", new JsonObject().put("uri", database.uri()))
        .put(
            "liveness",
            new JsonObject().put("report_interval", "300ms").put("service_down_time", "3s"));
  }

  private void hangUp(JsonObject config, String awaited) {
    agent.configure(config);
    int mark = agent.process().output().mark();
    agent.process().signal("HUP");
    agent.process().awaitLine(mark, awaited, DEADLINE);
  }

  private JsonObject member(String host) {
    return new JsonObject(agent.get("/v1/groups/compute/members/" + host).body());
  }

  private JsonObject awaitMember(String host, String key, Object value) {
    return agent.await(
        host + "'s " + key + " is " + value,
        () -> member(host),
        found -> Objects.equals(found.getValue(key), value));
  }

  @Test
  void signalsThatAreHabitNeitherKillNorLeave() {
    int mark = agent.changes().mark();
    int said = agent.process().output().mark();
    for (String signal :
        List.of("HUP", "USR1", "USR2", "PIPE", "QUIT", "ALRM", "WINCH", "TTIN", "TTOU", "CONT")) {
      agent.process().signal(signal);
      assertThat(agent.get("/health").statusCode()).as(signal).isEqualTo(200);
    }
    agent.process().awaitLine(said, "SIGUSR2 means nothing", DEADLINE);
    agent.process().awaitLine(said, READ_AGAIN, DEADLINE);
    assertThat(agent.changes().since(mark)).noneMatch(change -> change.previous().equals("UP"));

    agent.process().signal("TERM");
    assertThat(agent.process().awaitExit(DEADLINE)).isZero();
  }

  @Test
  void servicesJoinLeaveAndChangeAndOthersStay() {
    JsonObject overHttp = service("over-http").put("probe", new JsonObject().put("type", "none"));
    agent.send("POST", "/v1/groups/compute/members", overHttp);
    awaitMember("over-http", "status", "UP");
    String changedLife = awaitMember("changed", "status", "UP").getString("incarnation");
    String keptLife = member("kept").getString("incarnation");
    int mark = agent.changes().mark();

    JsonObject changed =
        service("changed").put("version", 7).put("metadata", new JsonObject().put("zone", "az1"));
    hangUp(config(service("kept"), changed, service("new")), READ_AGAIN);

    awaitMember("new", "status", "UP");
    assertThat(awaitMember("gone", "status", "DOWN").getString("reason")).isEqualTo("left");
    JsonObject after = awaitMember("changed", "version", 7);
    assertThat(after.getString("incarnation")).isEqualTo(changedLife);
    assertThat(after.getJsonObject("metadata")).isEqualTo(new JsonObject().put("zone", "az1"));
    assertThat(after.getString("status")).isEqualTo("UP");
    assertThat(member("kept").getString("incarnation")).isEqualTo(keptLife);
    assertThat(member("over-http").getString("status")).isEqualTo("UP");
    assertThat(agent.changes().since(mark))
        .noneMatch(
            change ->
                List.of("compute/kept", "compute/changed", "compute/over-http")
                    .contains(change.member()));
    assertThat(agent.get("/health").body()).doesNotContain("compute/gone").contains("compute/new");
    assertThat(agent.get("/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void aChangedProbeGoesOnInTheSameLife() throws Exception {
    String life = awaitMember("changed", "status", "UP").getString("incarnation");
    try (ServerSocket target = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress())) {
      JsonObject probe =
          new JsonObject()
              .put("type", "tcp")
              .put("address", "127.0.0.1:" + target.getLocalPort())
              .put("interval", "100ms")
              .put("timeout", "100ms");
      JsonObject probed = service("changed").put("probe", probe);
      int said = agent.process().output().mark();
      hangUp(config(service("kept"), service("gone"), probed), READ_AGAIN);
      agent.process().awaitLine(said, "compute/changed goes on", DEADLINE);
      assertThat(member("changed").getString("status")).isEqualTo("UP");
    }
    JsonObject down = awaitMember("changed", "status", "DOWN");
    assertThat(down.getString("reason")).isEqualTo("probe_failed");
    assertThat(down.getString("incarnation")).isEqualTo(life);

    hangUp(config(service("kept"), service("gone"), service("changed")), READ_AGAIN);
    assertThat(awaitMember("changed", "status", "UP").getString("incarnation")).isEqualTo(life);
  }

  @Test
  void aConfigurationWithAFaultChangesNothingAndItsFaultsAreLogged() {
    JsonObject faulty = config(service("kept"), service("never"));
    faulty.put("htpp", new JsonObject());
    faulty.put("logging", new JsonObject().put("level", "loud"));
    int mark = agent.changes().mark();

    hangUp(faulty, "nothing changed");

    agent.process().awaitLine("logging.level: given \"loud\"", DEADLINE);
    agent.process().awaitLine("htpp: ", DEADLINE);
    assertThat(agent.get("/v1/groups/compute/members/never").statusCode()).isEqualTo(404);
    assertThat(member("gone").getString("status")).isEqualTo("UP");
    assertThat(agent.changes().since(mark)).noneMatch(change -> change.previous().equals("UP"));
  }

  @Test
  void theLogChangesAtOnceAndTheRestIsSaidToNeedARestart() {
    JsonObject next = config(service("kept"), service("gone"), service("changed"));
    next.put("logging", new JsonObject().put("level", "debug").put("format", "json"));
    next.getJsonObject("liveness").put("verdict", "any");
    hangUp(next, "needs a restart");

    String line = agent.process().awaitLine("needs a restart", DEADLINE);
    assertThat(new JsonObject(line).getString("message"))
        .contains("liveness.verdict")
        .doesNotContain("logging");
    assertThat(agent.get("/health").statusCode()).isEqualTo(200);
  }
}

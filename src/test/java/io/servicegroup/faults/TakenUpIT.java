package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.ListeningService;
import io.servicegroup.testkit.LongForm;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What joined over HTTP is a member still when its agent was restarted. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class TakenUpIT {

  private static final String MEMBERS = "/v1/groups/compute/members";

  /** That of another test, which may run at once on the same server. */
  private static final String ONE = "compute/one";

  /** Longer than an agent takes to start on a loaded machine. */
  private static final Duration DOWN_TIME = Duration.ofSeconds(15);

  @Started("fsync=off")
  private static PostgresServer postgres;

  private static AgentProcess watching;

  @BeforeAll
  static void watch() {
    watching = AgentProcess.of(observer(postgres)).start();
  }

  @AfterAll
  static void close() {
    watching.close();
  }

  @Test
  void aKilledAgentThatIsBackInTimeIsNobodysDeath() {
    killedAndBackInTime(postgres, watching);
  }

  /** Where its session tells of the death, which is no news. */
  @LongForm
  @Test
  void aKilledAgentThatIsBackInTimeIsNobodysDeathOnZooKeeper() {
    try (BackendServer server = Technology.ZOOKEEPER.start();
        AgentProcess observer = AgentProcess.of(observer(server)).start()) {
      killedAndBackInTime(server, observer);
    }
  }

  private static void killedAndBackInTime(BackendServer server, AgentProcess observer) {
    try (AgentProcess agent = AgentProcess.of(sidecar(server)).start();
        ListeningService service = new ListeningService();
        Beats beats = new Beats(agent)) {
      join(agent, "probed", service.heldTcpProbe());
      join(agent, "process", new JsonObject().put("type", "pid").put("pid", service.pid()));
      join(agent, "beating", null);
      join(agent, "left", null);
      join(agent, "secret", secretProbe(agent));
      awaitUp(observer, 0, "probed", "process", "beating", "secret");
      assertThat(agent.send("POST", MEMBERS + "/left/leave", new JsonObject()).statusCode())
          .isEqualTo(204);
      int mark = observer.changes().mark();

      agent.process().signal("KILL");
      assertThat(agent.process().endsWithin(PATIENCE)).isTrue();
      agent.start();

      awaitRestarted(observer, mark, "probed", "process", "beating");
      observer.await(mark, 1, change -> change.is("compute/secret", "DOWN"), PATIENCE);
      assertThat(observer.changes().since(mark))
          .filteredOn(change -> change.status().equals("DOWN") && !change.is(ONE, "DOWN"))
          .extracting(Change::member)
          .isSubsetOf("compute/secret", "compute/left");
      assertThat(beats.now()).isEqualTo(204);
      assertThat(beat(agent, "left").statusCode()).isEqualTo(404);
      assertSaysHowToJoinAgain(agent);

      int before = observer.changes().mark();
      service.kill();
      for (String host : List.of("probed", "process")) {
        observer.await(before, 1, change -> change.is("compute/" + host, "DOWN"), PATIENCE);
      }
    }
  }

  private static JsonObject secretProbe(AgentProcess agent) {
    return new JsonObject()
        .put("type", "http")
        .put("url", agent.uri("/health/live").toString())
        .put("headers", new JsonObject().put("Authorization", "Bearer s3cr3t-word"));
  }

  private static void assertSaysHowToJoinAgain(AgentProcess agent) {
    HttpResponse<String> health = agent.get("/health");
    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(health.body())
        .contains("compute/probed", "compute/process", "compute/beating")
        .contains("compute/secret", "join it again", "Authorization")
        .doesNotContain("s3cr3t", "compute/left");
    HttpResponse<String> refused = beat(agent, "secret");
    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(refused.body()).contains("POST /v1/groups/compute/members", "Authorization");

    join(agent, "secret", secretProbe(agent));
    agent.awaitAnswer("/health", 200);
  }

  @Test
  void anUpgradeIsNobodysDeathAndAStopIsALeave() {
    try (BackendServer server = Technology.REDIS.start();
        AgentProcess agent = AgentProcess.of(leaving(sidecar(server), false)).start();
        AgentProcess observer = AgentProcess.of(observer(server)).start();
        Beats beats = new Beats(agent)) {
      for (String host : List.of("beating", "deleted", "moved")) {
        join(agent, host, host.equals("beating") ? null : new JsonObject().put("type", "none"));
      }
      awaitUp(observer, 0, "beating", "deleted", "moved");
      int mark = observer.changes().mark();

      stop(agent);
      agent.configure(leaving(sidecar(server), true));
      agent.start();
      awaitRestarted(observer, mark, "beating", "deleted", "moved");
      assertThat(observer.changes().since(mark)).noneMatch(c -> c.status().equals("DOWN"));

      mark = observer.changes().mark();
      stop(agent);
      for (String host : List.of("beating", "deleted", "moved")) {
        List<Change> down =
            observer.await(mark, 1, change -> change.is("compute/" + host, "DOWN"), PATIENCE);
        assertThat(down.get(0).reason()).isEqualTo("left");
      }
      observer.send("DELETE", MEMBERS + "/deleted", new JsonObject());
      join(observer, "moved", new JsonObject().put("type", "none"));
      agent.start();

      awaitUp(observer, mark, "beating");
      assertThat(beats.now()).isEqualTo(204);
      assertThat(observer.get(MEMBERS + "/deleted").statusCode()).isEqualTo(404);
      assertThat(beat(agent, "deleted").statusCode()).isEqualTo(404);
      assertThat(beat(agent, "moved").statusCode()).isEqualTo(404);
      assertThat(agent.get("/health").body()).doesNotContain("deleted", "moved");
      assertThat(observer.get("/health").statusCode()).isEqualTo(200);
    }
  }

  /** Elsewhere processes tell nothing: its members' beats do. */
  @Test
  void whileAnotherLifeElsewhereGoesOnNothingIsTakenUp() {
    assumeTrue("root".equals(System.getProperty("user.name")), "only root makes namespaces");
    JsonObject config = sidecar(postgres);
    config.getJsonObject("agent").put("id", "one-of-two");
    try (AgentProcess older = AgentProcess.of(config).start();
        AgentProcess newer = AgentProcess.of(config).elsewhere()) {
      join(older, "one", new JsonObject().put("type", "none"));
      awaitUp(watching, 0, "one");
      int mark = watching.changes().mark();

      newer.start();
      newer.process().awaitLine("another life of agent.id one-of-two", PATIENCE);

      // Services are told a moment after the log.
      HttpResponse<String> beat =
          newer.await("an answer", () -> beat(newer, "one"), seen -> seen.statusCode() != 503);
      assertThat(beat.statusCode()).isEqualTo(404);
      assertThat(beat.body()).contains("another life of agent.id one-of-two");
      assertThat(newer.send("POST", MEMBERS + "/one/leave", new JsonObject()).statusCode())
          .isEqualTo(409);
      assertThat(newer.get("/health").body()).contains("agent.id").doesNotContain("compute/one");
      assertThat(watching.changes().since(mark))
          .filteredOn(change -> change.member().equals(ONE))
          .isEmpty();
    }
  }

  private static JsonObject leaving(JsonObject config, boolean leaves) {
    config.getJsonObject("agent").put("leave_on_stop", leaves);
    return config;
  }

  private static void stop(AgentProcess agent) {
    agent.process().signal("TERM");
    assertThat(agent.process().endsWithin(PATIENCE)).isTrue();
  }

  private static JsonObject sidecar(BackendServer server) {
    return paced(Configs.agent(server.uri()).put("watch", "own"));
  }

  private static JsonObject observer(BackendServer server) {
    return paced(Configs.observer(server.uri()));
  }

  private static JsonObject paced(JsonObject config) {
    config
        .getJsonObject("liveness")
        .put("service_down_time", DOWN_TIME.toSeconds() + "s")
        .put("poll_interval", "500ms");
    return config;
  }

  private static void join(AgentProcess agent, String host, JsonObject probe) {
    JsonObject body = new JsonObject().put("host", host).put("binary", host);
    HttpResponse<String> joined =
        agent.send("POST", MEMBERS, probe == null ? body : body.put("probe", probe));
    assertThat(joined.statusCode()).as(joined.body()).isBetween(200, 201);
  }

  private static HttpResponse<String> beat(AgentProcess agent, String host) {
    return agent.send("PUT", MEMBERS + "/" + host + "/heartbeat", new JsonObject());
  }

  private static void awaitUp(AgentProcess observer, int mark, String... hosts) {
    for (String host : hosts) {
      observer.await(mark, 1, change -> change.is("compute/" + host, "UP"), PATIENCE);
    }
  }

  private static void awaitRestarted(AgentProcess observer, int mark, String... hosts) {
    for (String host : hosts) {
      List<Change> restarted =
          observer.await(
              mark,
              1,
              change ->
                  change.member().equals("compute/" + host) && change.reason().equals("restarted"),
              PATIENCE);
      assertThat(restarted.get(0).previous()).isEqualTo("UP");
    }
  }

  /** A service that beats by itself, whatever it is answered. */
  private static final class Beats implements AutoCloseable {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final AgentProcess agent;

    Beats(AgentProcess agent) {
      this.agent = agent;
      timer.scheduleWithFixedDelay(
          () -> {
            try {
              now();
            } catch (UncheckedIOException e) {
              // Its agent is away: it beats on.
            }
          },
          0,
          500,
          TimeUnit.MILLISECONDS);
    }

    int now() {
      return beat(agent, "beating").statusCode();
    }

    @Override
    public void close() {
      timer.shutdownNow();
    }
  }
}

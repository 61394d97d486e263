package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.EARLIEST_DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Nova's services and our agents share Nova's own table, and each judges the other rightly. */
class NovaIT {

  @Started("fsync=off")
  private static PostgresServer server;

  private static AgentProcess agent;

  @BeforeAll
  static void start() {
    server.execute(NovaTable.CREATE);
    JsonObject config = Configs.sidecar(server.uri(), "compute", List.of("ours"));
    config.put("watch", "all").getJsonObject("catalog").put("create_tables", "own");
    agent = AgentProcess.of(config).start();
  }

  @AfterAll
  static void stop() {
    agent.close();
  }

  @Test
  void novaJudgesOurRow() {
    agent.await(0, 1, change -> change.is("compute/ours", "UP"), PATIENCE);
    assertThat(server.ask(NovaTable.IS_UP.formatted(DOWN.toSeconds(), "ours"))).isEqualTo("t");
    List<Change> silence = agent.changes().during(DOWN);
    assertThat(silence.stream().filter(change -> change.member().equals("compute/ours"))).isEmpty();
    assertThat(server.ask(NovaTable.IS_UP.formatted(DOWN.toSeconds(), "ours"))).isEqualTo("t");
    agent.process().kill();
    long killed = System.nanoTime();
    agent.changes().during(DOWN.plus(REPORT));
    assertThat(server.ask(NovaTable.IS_UP.formatted(DOWN.toSeconds(), "ours")))
        .as("%d ms after the kill", Duration.ofNanos(System.nanoTime() - killed).toMillis())
        .isEqualTo("f");
    agent.start();
    assertThat(server.ask(NovaTable.IS_UP.formatted(DOWN.toSeconds(), "ours"))).isEqualTo("t");
  }

  @Test
  void weJudgeNovasRowWhateverItsClock() {
    int mark = agent.changes().mark();
    try (NovaService theirs = NovaService.start(server, "theirs", "1 hour")) {
      agent.await(mark, 1, change -> change.is("compute/theirs", "UP"), PATIENCE);
      int beating = agent.changes().mark();
      agent.changes().during(DOWN);
      assertThat(agent.changes().since(beating)).isEmpty();
      long stopped = theirs.stop();
      Change down =
          agent.await(beating, 1, change -> change.is("compute/theirs", "DOWN"), PATIENCE).get(0);
      assertThat(down.after(stopped)).isBetween(EARLIEST_DOWN, LATEST_DOWN);
      assertThat(down.reason()).isEqualTo("heartbeat_timeout");
    }
  }

  @Test
  void novasApiServicesAreNoMembers() {
    server.execute(NovaTable.API_SERVICE);
    agent.changes().during(REPORT.multipliedBy(3));
    assertThat(agent.get("/v1/groups").body()).doesNotContain("api-host");
    assertThat(agent.changes().since(0)).noneMatch(change -> change.member().contains("api-host"));
  }
}

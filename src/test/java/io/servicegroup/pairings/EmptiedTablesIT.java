package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Status;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that somebody empties or drops under living agents: the members stay what they are. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class EmptiedTablesIT {

  private static final Duration DOWN_TIME = Duration.ofSeconds(4);
  private static final String MEMBERS = "/v1/groups/compute/members";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DELETE FROM services",
        "TRUNCATE services, servicegroup_members",
        "DROP TABLE services, servicegroup_members, servicegroup_canaries",
        "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
      })
  void whoLivesIsRegisteredAgainWithItsWords(String sql) throws Exception {
    try (PostgresServer server = PostgresServer.create("fsync=off");
        PairedAgent observer = agent(server, "observer", "all");
        PairedAgent sidecar = agent(server, "sidecar", "own")) {
      JsonObject body =
          new JsonObject()
              .put("host", "one")
              .put("binary", "worker")
              .put("probe", new JsonObject().put("type", "none"));
      assertThat(sidecar.send("POST", MEMBERS, body).statusCode()).isEqualTo(201);
      JsonObject words = new JsonObject().put("disabled", true).put("disabled_reason", "disk");
      assertThat(observer.send("PATCH", MEMBERS + "/one", words).statusCode()).isEqualTo(200);
      await("both see it up", () -> isUp(observer) && isUp(sidecar));
      String uuid = member(observer).getString("uuid");

      server.execute(sql);
      long end = System.nanoTime() + DOWN_TIME.plusSeconds(3).toNanos();

      // The table may not be there yet.
      succeeds("a row", () -> server.number("SELECT count(*) FROM services"), rows -> rows == 1);
      while (System.nanoTime() < end) {
        observer.pause();
      }
      for (PairedAgent agent : List.of(observer, sidecar)) {
        assertThat(agent.changes().since(0))
            .filteredOn(change -> change.status() == Status.DOWN)
            .isEmpty();
        assertThat(member(agent).getString("uuid")).isEqualTo(uuid);
        // Whoever remembers it says it anew, which may take a loaded machine a few reads.
        await("its words", () -> member(agent).getString("disabled_reason"), "disk"::equals);
        assertThat(isUp(agent)).as(member(agent).encode()).isTrue();
      }
      assertThat(server.ask("SELECT uuid FROM services WHERE disabled")).isEqualTo(uuid);
      assertThat(server.number("SELECT max(report_count) FROM services")).isPositive();
    }
  }

  private PairedAgent agent(PostgresServer server, String host, String watched) throws Exception {
    String yaml =
        """
        agent: {host: %s}
        catalog: {uri: "%s"}
        liveness: {report_interval: 1s, service_down_time: %ds, poll_interval: 500ms}
        watch: %s
        http: {port: 0}
        """
            .formatted(host, server.uri(), DOWN_TIME.toSeconds(), watched);
    return PairedAgent.start(yaml);
  }

  private static boolean isUp(PairedAgent agent) {
    return "UP".equals(member(agent).getString("status"));
  }

  private static JsonObject member(PairedAgent agent) {
    try {
      return new JsonObject(agent.send("GET", MEMBERS + "/one", null).body());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}

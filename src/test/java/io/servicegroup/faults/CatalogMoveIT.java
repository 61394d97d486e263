package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The catalogue moves from PostgreSQL to Redis, where the beats are, as docs/migrating.md says:
 * copied while all agents run, then each agent is restarted with the new {@code catalog.uri}.
 */
class CatalogMoveIT {

  private static final int MEMBERS = 5;
  private static final Duration DOWN = Duration.ofSeconds(12);

  private final List<AgentProcess> agents = new ArrayList<>();

  @Test
  void raisesNoAlarmAndKeepsWhatOperatorsSaid() {
    try (PostgresServer postgres = PostgresServer.create("fsync=off");
        RedisServer redis = RedisServer.create()) {
      String beats = redis.uri();
      for (int i = 0; i < 2; i++) {
        agents.add(AgentProcess.of(config(i, postgres.uri(), beats)).start());
      }
      AgentProcess observer = agents.get(0);
      observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      observer.send(
          "PATCH",
          "/v1/groups/compute/members/host-1-1",
          new JsonObject().put("disabled", true).put("disabled_reason", "disk"));

      try (Migrations stores = new Migrations()) {
        assertThat(stores.run(postgres.uri(), beats).different()).isEmpty();
      }
      restart(0, beats);
      restart(1, beats);
      postgres.stop();
      observer.changes().during(DOWN.plusSeconds(3));

      Stream<Change> down =
          agents.stream()
              .flatMap(agent -> agent.changes().since(0).stream())
              .filter(change -> change.status().equals("DOWN"));
      assertThat(down).isEmpty();
      String up = observer.get("/v1/groups/compute/members?status=UP").body();
      assertThat(new JsonObject(up).getJsonArray("members")).hasSize(MEMBERS);
      JsonObject disabled =
          new JsonObject(observer.get("/v1/groups/compute/members/host-1-1").body());
      assertThat(disabled.getBoolean("disabled")).isTrue();
      assertThat(disabled.getString("disabled_reason")).isEqualTo("disk");
    } finally {
      agents.forEach(AgentProcess::close);
    }
  }

  private void restart(int i, String uri) {
    AgentProcess agent = agents.get(i);
    agent.process().signal("TERM");
    agent.process().awaitExit(PATIENCE);
    agent.configure(config(i, uri, uri));
    agent.start();
  }

  private static JsonObject config(int i, String catalog, String beats) {
    JsonObject config =
        i == 0
            ? Configs.observer(catalog)
            : Configs.sidecar(catalog, "compute", Configs.names("host-" + i, MEMBERS));
    config.getJsonObject("agent").put("leave_on_stop", false);
    config
        .getJsonObject("liveness")
        .put("service_down_time", DOWN.toSeconds() + "s")
        .put("backends", JsonArray.of(beats));
    return config;
  }
}

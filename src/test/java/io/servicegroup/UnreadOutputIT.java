package io.servicegroup;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent whose output is a full pipe that nobody reads. */
@Timeout(120)
class UnreadOutputIT {

  /** So many that what is logged of their joins does not fit into a pipe. */
  private static final int SERVICES = 700;

  private static JsonObject config(PostgresServer database) {
    JsonArray services = new JsonArray();
    IntStream.range(0, SERVICES)
        .mapToObj(i -> new JsonObject().put("group", "compute").put("host", "host-" + i))
        .forEach(services::add);
    return new JsonObject()
        .put("agent", new JsonObject().put("stop_timeout", "5s"))
        .put("services", services)
        .put("catalog", new JsonObject().put("uri", database.uri()))
        .put(
            "liveness",
            new JsonObject().put("report_interval", "500ms").put("service_down_time", "5s"));
  }

  private static long beats(PostgresServer database) {
    return database.number("SELECT min(report_count) FROM services");
  }

  @Test
  void itBeatsAllTheSameAndStopsInTime() {
    try (PostgresServer database = PostgresServer.create();
        AgentProcess agent = AgentProcess.of(config(database)).unread()) {
      agent.launch();
      agent.awaitAnswer("/health/ready", 200);

      long before = beats(database);
      agent.await("more beats", () -> beats(database), now -> now >= before + 3);

      agent.process().signal("TERM");
      assertThat(agent.process().awaitExit(Duration.ofSeconds(6))).isZero();
      assertThat(database.number("SELECT count(*) FROM services")).isEqualTo(SERVICES);
    }
  }
}

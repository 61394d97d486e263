package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * An agent with many services that is killed and started again, on a database that is so busy that
 * it takes its time for each change: nobody's silence is to last until the last of them has joined.
 */
class BusyRestartIT {

  private static final int MEMBERS = 500;

  /** Long enough for a process to start on a loaded machine. */
  private static final Duration DOWN = Duration.ofSeconds(20);

  /** What a statement takes on top, in both of its parts; one by one, joins would take 50 s. */
  private static final String BUSY =
      """
      CREATE FUNCTION busy() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
      CREATE TRIGGER busy AFTER INSERT OR UPDATE ON servicegroup_members
        FOR EACH STATEMENT EXECUTE FUNCTION busy();
      """;

  @Test
  void isNobodysDeath() {
    try (PostgresServer server = PostgresServer.create("fsync=off");
        AgentProcess observer = AgentProcess.of(slow(Configs.observer(server.uri())));
        AgentProcess sidecar =
            AgentProcess.of(
                slow(Configs.sidecar(server.uri(), "compute", Configs.names("host", MEMBERS))))) {
      observer.start();
      sidecar.start();
      observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      server.execute(BUSY);
      Journal<Change> changes = observer.changes();
      int killed = changes.mark();
      sidecar.process().kill();
      sidecar.launch();

      List<Change> seen =
          changes.await(killed, MEMBERS, change -> change.reason().equals("restarted"), PATIENCE);

      assertThat(changes.since(killed)).noneMatch(change -> change.status().equals("DOWN"));
      assertThat(seen.stream().map(Change::member).distinct()).hasSize(MEMBERS);
    }
  }

  private static JsonObject slow(JsonObject config) {
    config.getJsonObject("liveness").put("service_down_time", DOWN.toSeconds() + "s");
    return config;
  }
}

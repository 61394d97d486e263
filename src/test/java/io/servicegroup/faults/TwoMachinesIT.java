package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two machines have one name: the newer is the member, for as long as it is heard of. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class TwoMachinesIT {

  private static final String MEMBER = "/v1/groups/compute/members/one";

  @ParameterizedTest
  @EnumSource(names = {"POSTGRESQL", "REDIS"})
  void theOlderTakesOverFromOneThatFellSilent(Technology technology) {
    try (BackendServer server = technology.start()) {
      JsonObject config = Configs.sidecar(server.uri(), "compute", List.of("one"));
      try (AgentProcess older = AgentProcess.of(config).start();
          AgentProcess newer = AgentProcess.of(config)) {
        assertThat(older.await(0, 1, change -> change.is("compute/one", "UP"), PATIENCE))
            .isNotEmpty();
        newer.start();
        newer.await(0, 1, change -> change.is("compute/one", "UP"), PATIENCE);
        older.awaitAnswer("/health", 503);
        assertThat(older.send("POST", MEMBER + "/leave", new JsonObject()).statusCode())
            .isEqualTo(409);
        older.changes().during(DOWN.plusSeconds(2));
        assertThat(older.changes().since(0))
            .as("the newer beats")
            .noneMatch(c -> c.is("compute/one", "DOWN"));

        int mark = older.changes().mark();
        newer.process().signal("KILL");

        older.await(mark, 1, change -> change.is("compute/one", "DOWN"), PATIENCE);
        assertThat(older.await(mark, 1, change -> change.is("compute/one", "UP"), PATIENCE))
            .isNotEmpty();
        older.awaitAnswer("/health", 200);
      }
    }
  }
}

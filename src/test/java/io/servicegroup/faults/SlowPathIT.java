package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A path between an agent and its server on which each answer takes longer than half an interval:
 * slow, but alive.
 */
@Execution(ExecutionMode.CONCURRENT)
class SlowPathIT {

  private static final int MEMBERS = 5;
  private static final Duration EACH_WAY = Duration.ofMillis(300);

  @ParameterizedTest
  @EnumSource(
      value = Technology.class,
      names = {"HAZELCAST_MEMBER"},
      mode = EnumSource.Mode.EXCLUDE)
  void isNoDeath(Technology technology) {
    try (Site site = new Site(technology);
        AgentProcess observer = AgentProcess.of(site.observer());
        AgentProcess sidecar = AgentProcess.of(proxiedSidecar(site))) {
      observer.start();
      sidecar.start();
      observer.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      sidecar.await(0, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
      int seen = observer.changes().mark();
      int own = sidecar.changes().mark();
      site.proxy().delay(EACH_WAY);
      observer.changes().during(LATEST_DOWN.multipliedBy(2));
      List<Change> changes = new ArrayList<>(observer.changes().since(seen));
      changes.addAll(sidecar.changes().since(own));
      assertThat(changes).isEmpty();
    }
  }

  private static JsonObject proxiedSidecar(Site site) {
    JsonObject config = site.sidecar("compute", Configs.names("host", MEMBERS));
    String uri = site.server().uri(site.proxy().port());
    if (site.server() == site.catalog) {
      config.getJsonObject("catalog").put("uri", uri);
    } else {
      config.getJsonObject("liveness").put("backends", JsonArray.of(uri));
    }
    return config;
  }
}

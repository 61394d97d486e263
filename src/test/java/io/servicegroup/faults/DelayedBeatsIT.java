package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Beats that arrive long after they were sent: a death is told all the same, within the delay and
 * the usual time of the last sending.
 */
class DelayedBeatsIT {

  /** Longer than a beat counts: the last one arrives when the member would have been down. */
  private static final Duration DELAY = DOWN.plusSeconds(2);

  /** What docs/architecture.md says. */
  private static final Duration LATEST = DELAY.plus(LATEST_DOWN);

  @Test
  void tellADeathWithinTheDelayAndTheUsualTimeOfTheLastSending() {
    try (Site site = new Site(Technology.REDIS);
        AgentProcess observer = AgentProcess.of(site.observer());
        AgentProcess sidecar = AgentProcess.of(proxied(site))) {
      observer.start();
      sidecar.start();
      observer.await(0, 1, change -> change.is("compute/host-1", "UP"), PATIENCE);
      observer.changes().during(REPORT.multipliedBy(2));
      int mark = observer.changes().mark();
      site.proxy().delay(DELAY);
      // Beats are under way then.
      observer.changes().during(REPORT);
      sidecar.process().kill();
      long killed = System.nanoTime();
      // Silence came before the delayed beats, and the last of them after its sender's death.
      observer.changes().during(LATEST.plus(REPORT));
      List<Change> told = observer.changes().since(mark);
      Change last = told.get(told.size() - 1);
      assertThat(last.is("compute/host-1", "DOWN")).as("the last of %s", told).isTrue();
      assertThat(last.after(killed)).isLessThan(LATEST);
    }
  }

  private static JsonObject proxied(Site site) {
    JsonObject config = site.sidecar("compute", List.of("host-1"));
    String uri = site.server().uri(site.proxy().port());
    config.getJsonObject("liveness").put("backends", List.of(uri));
    return config;
  }
}

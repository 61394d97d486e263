package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.ToozPeer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A member that only tooz knows, and a server that hangs for longer than its session or key lives,
 * but for less than an outage lasts: when the server goes on, it has ended what it did not hear of.
 */
@Execution(ExecutionMode.CONCURRENT)
class ToozHiccupIT {

  private static final Duration LONGER_THAN_A_KEY = Duration.ofSeconds(3);
  private static final Duration DOWN_TIME = Duration.ofSeconds(9);
  private static final Duration STEP = Duration.ofMillis(500);

  /** How late the member is after the server's return: a loop that begins anew. */
  private static final Duration LATE = Duration.ofMillis(1_500);

  private static final Duration SETTLED = DOWN_TIME.plusSeconds(1);

  @ParameterizedTest
  @EnumSource(
      value = Technology.class,
      names = {"ZOOKEEPER", "REDIS", "MEMCACHED"})
  void whoIsExpiredByItsReturnAndLivesIsNotDown(Technology technology) {
    try (Site site = new Site(technology);
        AgentProcess observer = AgentProcess.of(paced(site.observer()));
        ToozPeer peer =
            ToozPeer.start(site.server().uri(site.server().port()) + "?timeout=2", "p1")) {
      observer.start();
      peer.createGroup("theirs");
      peer.join("theirs", new JsonObject().put("version", 7));
      // Then the grace of the start is over: what is concluded is believed.
      beat(peer, observer, DOWN_TIME.plusSeconds(2));
      observer.await(0, 1, change -> change.status().equals("UP"), STEP);
      int mark = observer.changes().mark();

      site.server().pause();
      observer.changes().during(LONGER_THAN_A_KEY);
      site.server().resume();
      observer.changes().during(LATE);
      if (technology == Technology.ZOOKEEPER) {
        // Where its session ended, so did what it had joined: it joins again, as tooz asks for.
        peer.joinUnlessMember("theirs", new JsonObject().put("version", 7));
      }
      beat(peer, observer, SETTLED);

      assertThat(observer.changes().since(mark)).isEmpty();
      peer.kill();
      assertThat(observer.await(mark, 1, change -> change.status().equals("DOWN"), PATIENCE))
          .extracting(Change::member)
          .containsExactly("theirs/p1");
    }
  }

  private static void beat(ToozPeer peer, AgentProcess observer, Duration time) {
    for (long left = time.toMillis(); left > 0; left -= STEP.toMillis()) {
      peer.heartbeat();
      observer.changes().during(STEP);
    }
  }

  private static JsonObject paced(JsonObject config) {
    config
        .getJsonObject("liveness")
        // An outage begins after that: this is none.
        .put("report_interval", "4s")
        .put("service_down_time", DOWN_TIME.toSeconds() + "s")
        .put("poll_interval", "500ms");
    return config;
  }
}

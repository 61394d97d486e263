package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;
import io.servicegroup.model.Absence;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Member;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Deployed as an agent does: by the scheme's class name, with everything over the event bus. */
class MemcachedLivenessVerticleIT {

  private static final Member MEMBER = member("compute", "host-1", 7);

  private final BlockingQueue<Sightings> sightings = new LinkedBlockingQueue<>();
  private final BlockingQueue<BackendState> states = new LinkedBlockingQueue<>();

  @Test
  void beatsGoOutSightingsComeBackAndALossOfDataIsOneEvent() throws Exception {
    Vertx vertx = Vertx.vertx();
    try (MemcachedServer server = MemcachedServer.create();
        RawMemcached raw = new RawMemcached(server.port())) {
      Topics.SIGHTINGS.consume(vertx, sightings::add);
      Topics.BACKEND.consume(vertx, states::add);
      LivenessSettings settings =
          new LivenessSettings(
              "memcached",
              "a",
              BackendUri.parse(server.uri() + "?timeout=2.5"),
              Duration.ofMillis(500),
              Duration.ofSeconds(3),
              Duration.ofMillis(200),
              Watch.OWN);
      String deployment =
          await(
              vertx.deployVerticle(
                  new LivenessVerticle(settings, new MemcachedTechnology()::liveness)));
      Topics.CATALOG.publish(vertx, new CatalogEvent(CatalogEvent.Type.JOINED, MEMBER, true));
      Topics.HEARTBEAT.publish(vertx, List.of(beat(MEMBER, 1)));
      next(sightings, seen -> seen.beats().stream().anyMatch(beat -> beat.count() == 1));
      assertThat(raw.secondsLeft("servicegroup:member:compute/host-1")).isBetween(2, 4);

      raw.flushAll();
      awaitState(BackendState.State.DATA_LOST);
      Topics.HEARTBEAT.publish(vertx, List.of(beat(MEMBER, 2)));
      next(sightings, seen -> seen.beats().stream().anyMatch(beat -> beat.count() == 2));

      Topics.HEARTBEAT.publish(vertx, List.of());
      next(
          sightings,
          seen -> seen.gone().stream().anyMatch(gone -> gone.cause() == Absence.Cause.LEFT));
      await(vertx.undeploy(deployment));
      assertThat(states).as("no other event").isEmpty();
      assertThat(raw.get("_TOOZ_GROUP_compute").hex()).isEqualTo("80");
    } finally {
      await(vertx.close());
    }
  }

  private void awaitState(BackendState.State wanted) {
    BackendState other = next(states, state -> state.state() != BackendState.State.REACHABLE);
    assertThat(other.state()).isEqualTo(wanted);
  }
}

package io.servicegroup.thirdparty;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.FakeEvaluator;
import io.servicegroup.bus.Topics;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.CatalogLoss;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Reason;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Status;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** All that is measured of an agent is said on its bus. */
class MeasuringVerticleTest {

  private final Vertx vertx = Vertx.vertx();
  private final FakeEvaluator evaluator = new FakeEvaluator(vertx).serve();
  private final MeasuringVerticle measuring = new MeasuringVerticle();

  @BeforeEach
  void deploy() {
    await(vertx.deployVerticle(measuring));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private void awaitCount(String name, long count) {
    await(count + " " + name, measuring::counts, seen -> seen.getOrDefault(name, 0L) == count);
  }

  @Test
  void membersAndTheirChanges() {
    evaluator.knows("compute/a", Status.UP).knows("compute/b", Status.UP);
    evaluator.changes("compute/b", Status.DOWN, Reason.PROBE_FAILED);
    awaitCount("changes DOWN probe_failed", 1);
    Map<String, Long> members = await("two members", measuring::members, seen -> seen.size() > 1);
    assertThat(members).isEqualTo(Map.of("compute UP", 1L, "compute DOWN", 1L));
    Heartbeat beat =
        new Heartbeat(
            FakeEvaluator.id("compute/a"), new Incarnation(1, "a"), 1, Heartbeat.State.ALIVE, null);
    Topics.HEARTBEAT.publish(vertx, List.of(beat));
    awaitCount("own_members", 1);
  }

  @Test
  void whatWasWrittenAndReadAndHowLongItTook() {
    for (RemoteWork.Kind kind : RemoteWork.Kind.values()) {
      Topics.WORK.publish(vertx, new RemoteWork(kind, "pg", 1_500, 3, RemoteWork.Outcome.DONE));
      Topics.WORK.publish(vertx, new RemoteWork(kind, "pg", 500, 3, RemoteWork.Outcome.FAILED));
    }
    awaitCount("catalog_read pg failed us", 500);
    assertThat(measuring.counts())
        .containsEntry("beats pg done us", 1_500L)
        .containsEntry("beats pg failed", 1L)
        .containsEntry("poll pg done", 1L);
  }

  @Test
  void backendsAndWhatIsWithheld() {
    BackendState.MassSilence silence = new BackendState.MassSilence(4, 9, 1_000);
    Topics.BACKEND.publish(
        vertx, new BackendState("pg", BackendState.State.DATA_LOST, FakeEvaluator.NOW, silence, 2));
    awaitCount("losses pg", 1);
    assertThat(measuring.counts()).containsEntry("withheld pg", 6L);
    Topics.BACKEND.publish(
        vertx, new BackendState("pg", BackendState.State.UNREACHABLE, FakeEvaluator.NOW, null, 0));
    awaitCount("reachable pg", 0);
    Topics.SIGHTINGS.publish(
        vertx,
        new Sightings("pg", 7_000, List.of(), List.of(), List.of(), List.of(), false, 7_000));
    awaitCount("witnessed_ms pg", 7_000);
  }

  @Test
  void theCatalogueConcernsAndReaders() {
    Topics.CATALOG_LOSS.publish(vertx, new CatalogLoss(FakeEvaluator.NOW, 3, 2));
    Topics.CONCERN.publish(vertx, new Concern("backend:pg", "beats", "they do not arrive", false));
    Topics.READERS.publish(vertx, 5);
    awaitCount("event_readers", 5);
    awaitCount("catalog_missing", 2);
    awaitCount("concern backend:pg beats", 1);
  }
}

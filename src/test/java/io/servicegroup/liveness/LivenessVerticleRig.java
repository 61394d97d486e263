package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Watch;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A liveness verticle over a backend that does what a test says. */
abstract class LivenessVerticleRig {
  static final Duration REPORT = Duration.ofMillis(200);
  static final Duration SERVICE_DOWN = REPORT.multipliedBy(3);
  static final Duration POLL = Duration.ofMillis(50);

  final Vertx vertx = Vertx.vertx();
  final FakeBackend backend = new FakeBackend();
  final BlockingQueue<Sightings> sightings = new LinkedBlockingQueue<>();
  final BlockingQueue<BackendState> states = new LinkedBlockingQueue<>();
  String deployment;

  /** What awaits, and may be interrupted. */
  private interface Scene {
    void play() throws Exception;
  }

  @BeforeEach
  void consume() {
    Topics.SIGHTINGS.consume(vertx, sightings::add);
    Topics.BACKEND.consume(vertx, states::add);
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  final void deploy(Duration poll) {
    LivenessSettings settings =
        new LivenessSettings(
            "fake",
            "agent",
            BackendUri.parse("postgresql://127.0.0.1/x"),
            REPORT,
            SERVICE_DOWN,
            poll,
            Watch.ALL);
    deployment = await(vertx.deployVerticle(new LivenessVerticle(settings, (on, what) -> backend)));
  }

  final void publish(Heartbeat... members) {
    Topics.HEARTBEAT.publish(vertx, List.of(members));
  }

  static Heartbeat alive(String host, long count) {
    return new Heartbeat(
        new MemberId("g", host), new Incarnation(1, "x"), count, Heartbeat.State.ALIVE, null);
  }

  static Observation observed(boolean dataLost) {
    return new Observation(List.of(), List.of(), List.of(), List.of(), dataLost);
  }

  /** Waits for what a test counts. */
  static void awaitPermits(Semaphore permits, int count) {
    await(count + " permits", () -> permits.tryAcquire(count));
  }
}

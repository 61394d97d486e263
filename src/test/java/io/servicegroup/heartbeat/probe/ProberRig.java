package io.servicegroup.heartbeat.probe;

import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;

/** Runs one prober as the verticle does, and lets a test await its results. */
final class ProberRig {

  private final Vertx vertx;
  private final BlockingQueue<ProbeResult> results = new LinkedBlockingQueue<>();
  private String deployment;

  private ProberRig(Vertx vertx) {
    this.vertx = vertx;
  }

  static ProberRig start(Vertx vertx, Probe probe) throws Exception {
    ProberRig rig = new ProberRig(vertx);
    rig.deployment = Eventually.await(vertx.deployVerticle(rig.verticle(probe)));
    return rig;
  }

  static Probe.Timing timing(long intervalMillis, long timeoutMillis, int fall) {
    return new Probe.Timing(
        Duration.ofMillis(intervalMillis), Duration.ofMillis(timeoutMillis), 1, fall);
  }

  private VerticleBase verticle(Probe probe) {
    return new VerticleBase() {
      private Probers probers;
      private Prober prober;

      @Override
      public Future<?> start() {
        probers = new Probers(vertx);
        prober = probers.create(new MemberId("g", "h"), probe, Duration.ofSeconds(15));
        prober.start(results::add);
        return Future.succeededFuture();
      }

      @Override
      public Future<?> stop() {
        return prober.stop().compose(stopped -> probers.close());
      }
    };
  }

  ProbeResult next() throws InterruptedException {
    return Eventually.next(results);
  }

  /** Skips results until one is as it should be. */
  ProbeResult await(Predicate<ProbeResult> wanted) throws InterruptedException {
    return Eventually.next(results, wanted);
  }

  void forget() {
    results.clear();
  }

  int pending() {
    return results.size();
  }

  void stop() throws Exception {
    Eventually.await(vertx.undeploy(deployment));
  }
}

package io.servicegroup.backend.hazelcast;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.BackendUri;
import io.servicegroup.detect.EvaluatorSettings;
import io.servicegroup.detect.LivenessEvaluator;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.Members;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * An agent with one service, as far as its liveness goes, that the other members of the cluster
 * reach through a proxy only.
 */
final class ProxiedAgent implements AutoCloseable {

  /** From an attempt to merge to the next. */
  static final String MERGE_SECONDS = "6";

  private static final String BACKEND = "hazelcast";

  private final int port = Ports.free();
  private final TcpProxy proxy = TcpProxy.to(port);
  private final Vertx vertx = Vertx.vertx();
  private final Journal<StatusChange> changes = new Journal<>();
  private final Member member;
  private final LivenessEvaluator evaluator;
  private final Duration downTime;
  private long count;

  ProxiedAgent(String host, Duration downTime) {
    this.downTime = downTime;
    Incarnation incarnation = new Incarnation(7, "abc");
    MemberId id = new MemberId("g", host);
    member =
        Members.of(id)
            .binary("b")
            .uuid("uuid")
            .incarnation(incarnation)
            .agent(host)
            .backends(BACKEND)
            .build();
    evaluator =
        new LivenessEvaluator(
            host,
            new EvaluatorSettings(
                List.of(BACKEND),
                EvaluatorSettings.Rule.ALL,
                downTime.toMillis(),
                Map.of(),
                1000,
                500,
                1,
                5,
                0));
  }

  TcpProxy proxy() {
    return proxy;
  }

  Journal<StatusChange> changes() {
    return changes;
  }

  ProxiedAgent start(ProxiedAgent... all) {
    StringBuilder hosts = new StringBuilder("hazelcast://");
    for (ProxiedAgent agent : all) {
      hosts.append(agent == all[0] ? "" : ",").append("127.0.0.1:").append(agent.proxy.port());
    }
    LivenessSettings settings =
        new LivenessSettings(
            BACKEND,
            member.agent(),
            BackendUri.parse(hosts + "/split?port=" + port),
            Duration.ofSeconds(1),
            downTime,
            Duration.ofMillis(500),
            Watch.ALL);
    await(vertx.deployVerticle(new LivenessVerticle(settings, this::backend)));
    vertx.runOnContext(nothing -> run(all));
    return this;
  }

  private void run(ProxiedAgent... all) {
    Topics.SIGHTINGS.consume(
        vertx, seen -> evaluator.sightings(seen, Instant.now()).forEach(changes::add));
    Topics.BACKEND.consume(
        vertx, state -> evaluator.backendState(state, Instant.now()).forEach(changes::add));
    for (ProxiedAgent agent : all) {
      evaluator.member(agent.member, false, Instant.now());
      Topics.CATALOG.publish(
          vertx, new CatalogEvent(CatalogEvent.Type.JOINED, agent.member, agent == this));
    }
    vertx.setPeriodic(1, 1000, timer -> beat());
  }

  private void beat() {
    count++;
    Topics.HEARTBEAT.publish(
        vertx,
        List.of(
            new Heartbeat(member.id(), member.incarnation(), count, Heartbeat.State.ALIVE, null)));
  }

  @Override
  public void close() {
    await(vertx.close());
    proxy.close();
  }

  private LivenessBackend backend(Vertx on, LivenessSettings settings) {
    return new HazelcastLivenessBackend(
        on,
        settings,
        config -> {
          config
              .getNetworkConfig()
              .setPortAutoIncrement(false)
              .setPublicAddress("127.0.0.1:" + proxy.port());
          // Late, so that there is a time in which all answer and nothing is merged.
          config.setProperty("hazelcast.merge.first.run.delay.seconds", MERGE_SECONDS);
          config.setProperty("hazelcast.merge.next.run.delay.seconds", MERGE_SECONDS);
        });
  }
}

package io.servicegroup.backend.redis;

import static io.servicegroup.backend.redis.RedisLivenessHarness.ask;
import static io.servicegroup.backend.redis.RedisLivenessHarness.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.testkit.RedisSentinel;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who follows a master that moves, and notices what did not move with it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RedisSentinelIT {

  private static final String OWN = "servicegroup:_tooz:beat:compute:host-1";

  @Started private static Vertx vertx;

  private static RedisLivenessHarness agent(String uri) {
    return new RedisLivenessHarness(vertx, "agent", uri, false).open();
  }

  private static String direct(RedisServer server) {
    return server.uri();
  }

  private static boolean writes(RedisLivenessHarness agent, Heartbeat heartbeat) {
    try {
      agent.write(heartbeat);
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  /** One Sentinel hangs, two agree. */
  @Test
  void beatsAndPollsFollowTheMasterThatSentinelsElect() {
    try (RedisServer master = RedisServer.create();
        RedisServer replica = RedisServer.createReplica(master.port());
        RedisSentinel sentinel = RedisSentinel.watching(master.port());
        TcpProxy second = TcpProxy.to(sentinel.port());
        TcpProxy hung = TcpProxy.to(sentinel.port())) {
      hung.hang();
      sentinel.awaitReplica(replica.port());
      String uri =
          "redis://127.0.0.1:%d,127.0.0.1:%d/2?sentinel=mymaster&sentinel_fallback=127.0.0.1:%d"
              .formatted(hung.port(), sentinel.port(), second.port());
      try (RedisLivenessHarness agent = agent(uri)) {
        Heartbeat one = agent.join("compute", "host-1", 7);
        agent.write(one);
        assertThat(agent.poll().beats()).hasSize(1);
        assertThat(ask(vertx, direct(master) + "/2", Command.GET, OWN))
            .hasToString("7-abc 1 alive");
        // A hung one that comes back is a master for itself until it is told.
        master.pause();
        sentinel.awaitFailover(replica.port());
        Heartbeat later = next(one);
        agent.pollUntil(
            seen ->
                writes(agent, later)
                    && !ask(vertx, direct(replica) + "/2", Command.KEYS, OWN)
                        .toString()
                        .equals("[]")
                    && seen.beats().stream().anyMatch(beat -> beat.count() == 2));
        master.resume();
        agent.write(next(later));
        assertThat(ask(vertx, direct(replica) + "/2", Command.GET, OWN))
            .hasToString("7-abc 3 alive");
        assertThat(agent.poll().beats()).hasSize(1);
      }
    }
  }

  @Test
  void aMasterThatTheSentinelsForsookIsLeftThoughItAnswers() {
    try (RedisServer old = RedisServer.create();
        RedisServer current = RedisServer.create();
        RedisSentinel sentinel = RedisSentinel.watching(old.port());
        RedisLivenessHarness agent =
            agent("redis://127.0.0.1:" + sentinel.port() + "?sentinel=mymaster")) {
      agent.write(agent.join("compute", "host-1", 7));
      assertThat(agent.poll().beats()).hasSize(1);
      String asked = "redis://127.0.0.1:" + sentinel.port();
      ask(vertx, asked, Command.SENTINEL, "REMOVE", "mymaster");
      ask(vertx, asked, Command.SENTINEL, "MONITOR", "mymaster", "127.0.0.1", current.port(), 1);
      assertThat(agent.pollUntil(seen -> seen.beats().isEmpty()).dataLost()).isTrue();
      agent.write(next(agent.join("compute", "host-1", 7)));
      assertThat(ask(vertx, direct(current), Command.GET, OWN)).hasToString("7-abc 2 alive");
    }
  }

  @Test
  void aReplicaThatLaggedIsDataLostWhenItTakesOver() {
    try (RedisServer master = RedisServer.create();
        TcpProxy replication = TcpProxy.to(master.port());
        RedisServer replica = RedisServer.createReplica(replication.port());
        RedisLivenessHarness agent =
            agent("redis://127.0.0.1:%d,127.0.0.1:%d".formatted(replica.port(), master.port()))) {
      Heartbeat one = agent.join("compute", "host-1", 7);
      agent.write(one);
      agent.poll();
      assertThat(ask(vertx, direct(master), Command.WAIT, 1, 10_000).toInteger()).isOne();
      replication.hang();
      assertThat(agent.poll().dataLost()).isFalse();
      assertThat(agent.poll().dataLost()).isFalse();
      master.kill();
      replication.refuse();
      ask(vertx, direct(replica), Command.REPLICAOF, "NO", "ONE");
      Observation seen = agent.pollUntil(any -> true);
      assertThat(seen.dataLost()).isTrue();
      assertThat(seen.beats()).hasSize(1);
      assertThat(agent.poll().dataLost()).isFalse();
    }
  }

  @Test
  void aMasterThatBecameAReplicaIsRefusedAndLeft() {
    try (RedisServer first = RedisServer.create();
        RedisServer second = RedisServer.create();
        RedisLivenessHarness agent =
            agent("redis://127.0.0.1:%d,127.0.0.1:%d".formatted(first.port(), second.port()))) {
      Heartbeat one = agent.join("compute", "host-1", 7);
      agent.write(one);
      agent.poll();
      ask(vertx, direct(first), Command.CONFIG, "SET", "replica-read-only", "no");
      ask(vertx, direct(first), Command.REPLICAOF, "127.0.0.1", second.port());
      agent.pollUntil(
          seen ->
              writes(agent, next(one))
                  && ask(vertx, direct(second), Command.EXISTS, OWN).toInteger() == 1);
      assertThat(agent.poll().beats()).hasSize(1);
    }
  }
}

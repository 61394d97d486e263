package io.servicegroup.backend.redis;

import static io.servicegroup.backend.redis.RedisLivenessHarness.in;
import static io.servicegroup.backend.redis.RedisLivenessHarness.next;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.ToozPeer;
import io.servicegroup.testkit.ToozPeer.Event;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A Python service that joined through tooz and one beside our agent are members together. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RedisToozInteropIT {

  private static final MemberId PEER = new MemberId("compute", "py-1");

  @Started private static RedisServer server;
  @Started private static Vertx vertx;
  private RedisLivenessHarness agent;
  private ToozPeer reader;

  @BeforeEach
  void open() {
    RedisLivenessHarness.ask(vertx, uri(), Command.FLUSHALL);
    agent = new RedisLivenessHarness(vertx, "agent", uri(), false).open();
    reader = ToozPeer.start(uri() + "?timeout=30", "reader");
    reader.createGroup("compute");
  }

  @AfterEach
  void close() {
    agent.close();
    reader.close();
  }

  private static String uri() {
    return server.uri();
  }

  @Test
  void toozSeesOurMembersJoinWithCapabilitiesFailReturnAndLeave() {
    reader.watchJoin("compute");
    reader.watchLeave("compute");
    Heartbeat one = agent.join("compute", "host-1", 7);
    Heartbeat two = agent.join("network", "host-1", 8);
    agent.write(one, two);
    assertThat(reader.runWatchers()).containsExactly(new Event("compute", "host-1", "joined"));
    assertThat(reader.groups()).containsExactly("compute", "network");
    assertThat(reader.members("compute")).containsExactly("host-1");
    assertThat(reader.capabilities("compute", "host-1"))
        .isEqualTo(
            new JsonObject()
                .put("version", 5)
                .put("binary", "bin-compute")
                .put("incarnation", "7-abc")
                .put("metadata", new JsonObject().put("zone", "az1")));
    Heartbeat failed = in(State.FAILED, "no answer", one);
    agent.write(failed, next(two));
    assertThat(reader.runWatchers()).containsExactly(new Event("compute", "host-1", "left"));
    assertThat(reader.members("network")).containsExactly("host-1");
    agent.write(next(failed), next(two));
    assertThat(reader.runWatchers()).containsExactly(new Event("compute", "host-1", "joined"));
    agent.write(List.of(next(two)), List.of(next(failed)));
    assertThat(reader.runWatchers()).containsExactly(new Event("compute", "host-1", "left"));
  }

  @Test
  void toozPrunesOursWhenItsBeatExpiresAndItIsBackWithinTwoBeats() {
    try (RedisLivenessHarness brief =
        new RedisLivenessHarness(vertx, "brief", uri() + "?timeout=0.3", true).open()) {
      Heartbeat one = brief.join("compute", "host-1", 7);
      brief.write(one);
      reader.watchJoin("compute");
      reader.watchLeave("compute");
      assertThat(reader.members("compute")).containsExactly("host-1");
      assertThat(await("an event", reader::runWatchers, seen -> !seen.isEmpty()))
          .containsExactly(new Event("compute", "host-1", "left"));
    }
    Heartbeat one = agent.join("compute", "host-1", 8);
    agent.write(one);
    assertThat(reader.members("compute")).containsExactly("host-1");
    RedisLivenessHarness.ask(vertx, uri(), Command.DEL, "_tooz_beats:host-1");
    assertThat(reader.members("compute")).isEmpty();
    agent.write(next(one));
    agent.write(next(next(one)));
    assertThat(reader.members("compute")).containsExactly("host-1");
  }

  @Test
  void weSeeToozsMembersJoinLeaveAndDie() {
    try (ToozPeer peer = ToozPeer.start(uri() + "?timeout=2", "py-1")) {
      peer.join("compute", new JsonObject().put("version", 5));
      Observation seen = agent.poll();
      assertThat(seen.held()).containsExactly(new Beat(PEER, null, 1));
      assertThat(seen.beats()).isEmpty();
      peer.leave("compute");
      assertThat(agent.poll().gone()).containsExactly(new Absence(PEER, null, 1, Cause.LEFT));
      peer.join("compute", "");
      peer.heartbeat();
      assertThat(agent.poll().held()).containsExactly(new Beat(PEER, null, 2));
      peer.kill();
      Observation dead = agent.pollUntil(now -> now.held().isEmpty());
      assertThat(dead.gone()).containsExactly(new Absence(PEER, null, 2, Cause.EXPIRED));
    }
  }

  @Test
  void aPruningReaderDoesNotHideADeath() {
    try (ToozPeer peer = ToozPeer.start(uri() + "?timeout=1", "py-1")) {
      peer.join("compute", "");
      peer.heartbeat();
      assertThat(agent.poll().held()).containsExactly(new Beat(PEER, null, 1));
      peer.kill();
      await("it is pruned", () -> reader.members("compute"), List::isEmpty);
      assertThat(agent.poll().gone()).containsExactly(new Absence(PEER, null, 1, Cause.EXPIRED));
    }
  }
}

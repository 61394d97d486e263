package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.failed;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.ToozPeer;
import io.servicegroup.testkit.ToozPeer.Event;
import io.servicegroup.testkit.ToozPeer.Option;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Services that joined through the real tooz, and ours, are members of one group. */
class MemcachedToozIT {

  private static final Member MEMBER = member("compute", "ours", 7);
  private static final MemberId THEIRS = new MemberId("compute", "theirs");
  private static final MemcachedServer SERVER = MemcachedServer.create();
  private static final Vertx VERTX = Vertx.vertx();

  @BeforeEach
  void empty() {
    try (RawMemcached raw = new RawMemcached(SERVER.port())) {
      raw.flushAll();
    }
  }

  @AfterAll
  static void close() {
    await(VERTX.close());
    SERVER.close();
  }

  private static MemcachedHarness open() {
    return MemcachedHarness.open(VERTX, "a", SERVER.uri());
  }

  private static ToozPeer peer(String member, int seconds, Option... options) {
    return ToozPeer.start(SERVER.uri() + "?timeout=" + seconds, member, options);
  }

  private static Observation pollUntilGone(MemcachedHarness agent) {
    return agent.pollUntil(seen -> !seen.gone().isEmpty());
  }

  @Test
  void toozSeesOursJoinFailAndLeave() {
    try (MemcachedHarness agent = open().follow(MEMBER);
        ToozPeer peer = peer("theirs", 30)) {
      peer.createGroup("compute");
      peer.join("compute", new JsonObject().put("version", 1));
      peer.watchJoin("compute");
      peer.watchLeave("compute");
      peer.runWatchers();

      agent.write(beat(MEMBER, 1));
      assertThat(peer.runWatchers()).containsExactly(new Event("compute", "ours", "joined"));
      assertThat(peer.members("compute")).containsExactly("ours", "theirs");
      Object capabilities = peer.capabilities("compute", "ours");
      assertThat(capabilities.toString()).contains("nova-compute", "7-abc", "version", "5");
      assertThat(peer.groups()).contains("compute");

      agent.write(failed(MEMBER, 1));
      assertThat(peer.runWatchers()).containsExactly(new Event("compute", "ours", "left"));
      agent.write(beat(MEMBER, 2));
      assertThat(peer.runWatchers()).containsExactly(new Event("compute", "ours", "joined"));
      agent.write(List.of(), List.of(beat(MEMBER, 2)));
      assertThat(peer.runWatchers()).containsExactly(new Event("compute", "ours", "left"));
      assertThat(peer.members("compute")).containsExactly("theirs");
    }
  }

  @Test
  void oursThatToozPrunedIsBackWithinTwoBeats() {
    try (MemcachedHarness agent = open().follow(MEMBER);
        ToozPeer peer = peer("theirs", 30);
        RawMemcached raw = new RawMemcached(SERVER.port())) {
      agent.write(beat(MEMBER, 1));
      raw.delete("_TOOZ_MEMBER_ours");
      assertThat(peer.members("compute")).isEmpty();
      agent.write(beat(MEMBER, 2));
      agent.write(beat(MEMBER, 3));
      assertThat(peer.members("compute")).containsExactly("ours");
    }
  }

  @Test
  void weSeeThoseOfToozJoinAndLeaveAndDie() {
    try (MemcachedHarness agent = open();
        ToozPeer leaver = peer("theirs", 30);
        ToozPeer dying = peer("mortal", 2, Option.TEXT_IDS)) {
      assertThat(agent.poll().held()).isEmpty();
      leaver.createGroup("compute");
      leaver.join("compute", "whatever");
      Observation joined = agent.poll();
      assertThat(joined.held()).extracting(Beat::id).containsExactly(THEIRS);
      assertThat(joined.held()).extracting(Beat::incarnation).containsOnlyNulls();

      leaver.leave("compute");
      Observation left = agent.poll();
      assertThat(left.held()).isEmpty();
      assertThat(left.gone())
          .containsExactly(new Absence(THEIRS, null, joined.held().get(0).count(), Cause.LEFT));
      leaver.join("compute", null);
      assertThat(agent.poll().held().get(0).count()).isGreaterThan(joined.held().get(0).count());

      dying.heartbeat();
      dying.join("compute", null);
      dying.heartbeat();
      assertThat(agent.poll().held()).hasSize(2);
      dying.kill();
      Absence death = pollUntilGone(agent).gone().get(0);
      assertThat(death.id()).isEqualTo(new MemberId("compute", "mortal"));
      assertThat(death.cause()).isEqualTo(Cause.EXPIRED);
      assertThat(agent.poll().held()).extracting(Beat::id).containsExactly(THEIRS);
    }
  }

  @Test
  void oneAgentAndToozShareABusyGroup() {
    try (MemcachedHarness agent = open().follow(MEMBER);
        ToozPeer peer = peer("theirs", 30)) {
      peer.createGroup("compute");
      for (int i = 1; i <= 10; i++) {
        peer.join("compute", new JsonObject().put("round", i));
        agent.write(beat(MEMBER, i));
        assertThat(peer.members("compute")).containsExactly("ours", "theirs");
        peer.leave("compute");
      }
      assertThat(peer.members("compute")).containsExactly("ours");
    }
  }

  @Test
  void aLostGroupIsNoLeave() {
    try (MemcachedHarness agent = open();
        ToozPeer peer = peer("theirs", 30);
        RawMemcached raw = new RawMemcached(SERVER.port())) {
      peer.createGroup("compute");
      peer.join("compute", null);
      assertThat(agent.poll().held()).hasSize(1);
      raw.delete("_TOOZ_GROUP_compute");
      assertThat(agent.poll().held()).hasSize(1);
      raw.delete("_TOOZ_GROUP_LIST");
      assertThat(agent.poll().held()).hasSize(1);
      raw.delete("_TOOZ_MEMBER_theirs");
      assertThat(agent.poll().gone()).extracting(Absence::cause).containsExactly(Cause.EXPIRED);
    }
  }

  @Test
  void aGroupThatWasMadeAnewWithoutAMemberIsNoLeave() {
    try (MemcachedHarness agent = open().follow(MEMBER);
        ToozPeer peer = peer("theirs", 30);
        RawMemcached raw = new RawMemcached(SERVER.port())) {
      peer.createGroup("compute");
      peer.join("compute", null);
      assertThat(agent.poll().held()).hasSize(1);
      raw.delete("_TOOZ_GROUP_compute");
      assertThat(agent.poll().held()).hasSize(1);
      agent.write(beat(MEMBER, 1));
      assertThat(agent.poll().gone())
          .as("nobody said that it left")
          .extracting(Absence::cause)
          .containsExactly(Cause.EXPIRED);
    }
  }
}

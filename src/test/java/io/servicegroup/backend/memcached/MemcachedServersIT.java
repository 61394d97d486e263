package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Two servers: one may be away without a word about those whom it keeps. */
class MemcachedServersIT {

  private static final MemcachedServer FIRST = MemcachedServer.create();
  private static final MemcachedServer SECOND = MemcachedServer.create();
  private static final Vertx VERTX = Vertx.vertx();
  private static final String URI =
      "memcached://127.0.0.1:" + FIRST.port() + ",127.0.0.1:" + SECOND.port();
  private static final List<Member> MEMBERS =
      IntStream.range(0, 40).mapToObj(i -> member("compute", "host-" + i, 7)).toList();

  @AfterAll
  static void close() {
    await(VERTX.close());
    FIRST.close();
    SECOND.close();
  }

  private static MemcachedHarness open(String agent) {
    MemcachedHarness harness = MemcachedHarness.open(VERTX, agent, URI);
    return harness.follow(MEMBERS.toArray(Member[]::new));
  }

  private static List<Heartbeat> beats(long count) {
    return MEMBERS.stream().map(member -> beat(member, count)).toList();
  }

  private static Set<MemberId> kept(int server) {
    return MEMBERS.stream()
        .map(Member::id)
        .filter(id -> MemcachedKeys.server(MemcachedKeys.own(id), 2) == server)
        .collect(Collectors.toSet());
  }

  private static Set<MemberId> ids(Observation seen) {
    return seen.beats().stream().map(Beat::id).collect(Collectors.toSet());
  }

  @Test
  void membersOfADeadServerAreUnwitnessedAndTheOthersGoOn() {
    FIRST.start();
    SECOND.start();
    try (MemcachedHarness agent = open("a")) {
      agent.write(beats(1), List.of());
      Observation before = agent.poll();
      assertThat(before.beats()).hasSize(40);
      assertThat(before.unwitnessed()).isEmpty();

      for (int dead = 0; dead < 2; dead++) {
        MemcachedServer server = dead == 0 ? FIRST : SECOND;
        server.kill();
        Future<?> write = agent.startWrite(beats(2 + dead), List.of());
        assertThatThrownBy(() -> await(write)).hasMessageContaining("127.0.0.1:" + server.port());
        Observation during = agent.poll();
        assertThat(during.unwitnessed()).containsExactlyInAnyOrderElementsOf(kept(dead));
        assertThat(ids(during)).isEqualTo(kept(1 - dead));
        long written = 2 + dead;
        assertThat(during.beats()).allMatch(beat -> beat.count() == written);
        assertThat(during.dataLost()).isFalse();

        server.start();
        Observation back = agent.pollUntil(seen -> seen.unwitnessed().isEmpty());
        assertThat(back.dataLost()).isTrue();
        assertThat(back.gone()).isEmpty();
        succeeds("a write", () -> agent.write(beats(written), List.of()));
        assertThat(agent.poll().beats()).hasSize(40);
        assertThat(agent.poll().dataLost()).isFalse();
      }
    }
  }

  @Test
  void withoutAnyServerThePollFails() {
    FIRST.start();
    SECOND.start();
    try (MemcachedHarness agent = open("a")) {
      agent.poll();
      FIRST.kill();
      SECOND.kill();
      assertThatThrownBy(agent::poll).hasMessageContaining("127.0.0.1");
    }
  }

  @Test
  void whomOnlyToozKnowsStaysHeldWhileTheFirstServerIsAwayAndAWhileAfterwards() {
    FIRST.start();
    SECOND.start();
    try (MemcachedHarness agent = MemcachedHarness.open(VERTX, "b", URI);
        RawMemcached raw = new RawMemcached(FIRST.port())) {
      raw.flushAll();
      raw.set("_TOOZ_GROUP_LIST", 2, "91c40178");
      raw.set("_TOOZ_GROUP_x", 2, "81" + "c40161" + "81c40c6361706162696c6974696573c0");
      raw.set("_TOOZ_MEMBER_a", 1, 0, new byte[] {1});
      MemberId id = new MemberId("x", "a");
      assertThat(agent.pollUntil(seen -> !seen.held().isEmpty()).held())
          .extracting(Beat::id)
          .containsExactly(id);
      FIRST.pause();
      List<Absence> gone = new ArrayList<>();
      try {
        Observation away = agent.poll();
        assertThat(away.unwitnessed()).contains(id);
        gone.addAll(away.gone());
      } finally {
        FIRST.resume();
      }
      raw.delete("_TOOZ_MEMBER_a");
      Observation back = agent.pollUntil(seen -> !seen.unwitnessed().contains(id));
      gone.addAll(back.gone());
      assertThat(gone).isEmpty();
      assertThat(back.held()).extracting(Beat::id).containsExactly(id);
    }
  }
}

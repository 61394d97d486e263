package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.failed;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.backend.memcached.RawMemcached.Item;
import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is in the server, byte for byte. */
class MemcachedLayoutIT {

  private static final String GROUP = "_TOOZ_GROUP_compute";
  private static final String LIST = "_TOOZ_GROUP_LIST";
  private static final String BEAT = "_TOOZ_MEMBER_host-1";
  private static final String OWN = "servicegroup:member:compute/host-1";
  private static final String CAPABILITIES = "c40c6361706162696c6974696573";
  private static final Member MEMBER = member("compute", "host-1", 7);
  private static final String ENTRY = entry(MEMBER);

  private static final MemcachedServer SERVER = MemcachedServer.create();
  private static final Vertx VERTX = Vertx.vertx();
  private final RawMemcached raw = new RawMemcached(SERVER.port());

  private static String entry(Member member) {
    String host = HexFormat.of().formatHex(member.id().host().getBytes(StandardCharsets.UTF_8));
    return "c4%02x%s81%s%s"
        .formatted(
            host.length() / 2,
            host,
            CAPABILITIES,
            HexFormat.of().formatHex(Capabilities.of(member)));
  }

  @BeforeEach
  void empty() {
    raw.flushAll();
  }

  @AfterAll
  static void close() {
    await(VERTX.close());
    SERVER.close();
  }

  private MemcachedHarness open(String agent) {
    return MemcachedHarness.open(VERTX, agent, SERVER.uri());
  }

  private void assertItem(String key, int flags, String hex) {
    Item item = raw.get(key);
    assertThat(item).as(key).isNotNull();
    assertThat(item.flags()).as("flags of " + key).isEqualTo(flags);
    assertThat(item.hex()).as(key).isEqualTo(hex);
    assertThat(raw.secondsLeft(key)).as("expiry of " + key).isEqualTo(-1);
  }

  @Test
  void aGenerationBeyondAllClocksIsNobodysLife() {
    try (MemcachedHarness agent = open("a").follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      raw.set(OWN, 0, 60, "999999999999999999-dead 5 alive".getBytes(StandardCharsets.UTF_8));
      assertThat(agent.poll().beats()).isEmpty();

      assertThat(agent.write(beat(MEMBER, 2))).isEmpty();

      assertThat(raw.get(OWN).text()).isEqualTo("7-abc 2 alive");
    }
  }

  @Test
  void aFirstMemberMakesItsGroupAndTheList() {
    try (MemcachedHarness agent = open("a").follow(MEMBER)) {
      assertThat(agent.write(beat(MEMBER, 1))).isEmpty();
      assertItem(GROUP, 2, "81" + ENTRY);
      assertItem(LIST, 2, "91c407636f6d70757465");
      assertThat(raw.get(BEAT).flags()).isEqualTo(1);
      assertThat(raw.get(BEAT).text()).isEqualTo("It's alive!");
      assertThat(raw.secondsLeft(BEAT)).isBetween(9, 11);
      assertThat(raw.get(OWN).text()).isEqualTo("7-abc 1 alive");
      assertThat(raw.secondsLeft(OWN)).isBetween(9, 11);
    }
  }

  @Test
  void membersOfOthersAreKeptAsTheyAre() {
    String others =
        "a6686f73742d31"
            + "81"
            + CAPABILITIES
            + "c703049201"
            + "02"
            + "c4017881"
            + CAPABILITIES
            + "c0"
            + "cd012c"
            + "c7020001ff";
    raw.set(GROUP, 2, "83" + others);
    raw.set(LIST, 2, "92a1" + "61" + "a7636f6d70757465");
    try (MemcachedHarness agent = open("a").follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      assertItem(GROUP, 2, "84" + others + ENTRY);
      assertItem(LIST, 2, "92a161a7636f6d70757465");
      agent.write(List.of(), List.of(beat(MEMBER, 1)));
      assertItem(GROUP, 2, "83" + others);
    }
  }

  @Test
  void aDeadServiceLeavesItsGroupAndTheLastOneTakesToozsBeatAlong() {
    Member second = member("network", "host-1", 8);
    try (MemcachedHarness agent = open("a").follow(MEMBER, second)) {
      agent.write(beat(MEMBER, 1), beat(second, 1));
      agent.write(failed(MEMBER, 1), beat(second, 2));
      assertItem(GROUP, 2, "80");
      assertThat(raw.get(BEAT)).as("the other service's").isNotNull();
      assertThat(raw.get(OWN).text()).isEqualTo("7-abc 1 failed no answer");
      assertThat(agent.poll().gone())
          .containsExactly(new Absence(MEMBER.id(), MEMBER.incarnation(), 1, Cause.PROBE_FAILED));
      agent.write(beat(MEMBER, 2), beat(second, 3));
      assertItem(GROUP, 2, "81" + ENTRY);
      agent.write(List.of(), List.of(beat(MEMBER, 2), beat(second, 3)));
      assertItem(GROUP, 2, "80");
      assertItem("_TOOZ_GROUP_network", 2, "80");
      assertThat(raw.get(BEAT)).isNull();
      assertThat(raw.get(OWN).text()).isEqualTo("7-abc 2 left");
      assertThat(agent.poll().gone()).extracting(Absence::cause).containsOnly(Cause.LEFT);
    }
  }

  @Test
  void whatAnotherAgentJoinedLaterIsNotTouched() {
    Member newer = member("compute", "host-1", 9);
    try (MemcachedHarness old = open("a").follow(MEMBER);
        MemcachedHarness young = open("b").follow(newer)) {
      old.write(beat(MEMBER, 1));
      young.write(beat(newer, 1));
      assertItem(GROUP, 2, "81" + entry(newer));
      old.poll();
      assertThat(old.write(beat(MEMBER, 2)))
          .containsExactly(
              new Conflict(MEMBER.id(), MEMBER.incarnation(), Conflict.Kind.SUPERSEDED));
      old.write(List.of(), List.of(beat(MEMBER, 2)));
      old.write(List.of(), List.of(beat(MEMBER, 2)));
      assertItem(GROUP, 2, "81" + entry(newer));
      assertThat(raw.get(BEAT)).isNotNull();
      assertThat(raw.get(OWN).text()).isEqualTo("9-abc 1 alive");
    }
  }

  @Test
  void aMemberThatOnlyTheGroupTellsOfIsReadByItsOwnKey() {
    try (MemcachedHarness agent = open("a").follow(MEMBER);
        MemcachedHarness watcher = open("b")) {
      agent.write(beat(MEMBER, 4));
      watcher.poll();
      Observation seen = watcher.poll();
      assertThat(seen.beats()).containsExactly(new Beat(MEMBER.id(), MEMBER.incarnation(), 4));
      assertThat(seen.held()).isEmpty();
    }
  }

  @Test
  void aNameThatToozCannotHoldHasItsOwnKeyOnly() {
    Member odd = member("my group", "日本 host", 7);
    try (MemcachedHarness agent = open("a").follow(odd)) {
      agent.write(beat(odd, 1));
      assertThat(agent.poll().beats()).containsExactly(new Beat(odd.id(), odd.incarnation(), 1));
      assertThat(raw.get(LIST)).isNull();
    }
  }

  @Test
  void aValueThatIsNoGroupIsLeftAlone() {
    raw.set(GROUP, 0, 0, "hello".getBytes(StandardCharsets.UTF_8));
    try (MemcachedHarness agent = open("a").follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      agent.write(beat(MEMBER, 2));
      assertThat(raw.get(GROUP).text()).isEqualTo("hello");
      assertThat(agent.poll().beats()).hasSize(1);
    }
  }

  @Test
  void aMemberThatTheCatalogueDeletedIsNotPutBack() {
    try (MemcachedHarness agent = open("a").follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      agent.forget(MEMBER);
      agent.write(beat(MEMBER, 2));
      assertItem(GROUP, 2, "80");
    }
  }
}

package io.servicegroup.backend.redis;

import static io.servicegroup.backend.redis.RedisLivenessHarness.in;
import static io.servicegroup.backend.redis.RedisLivenessHarness.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written where, and what a poll makes of it, on a real Redis. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RedisLivenessBackendIT {

  @Started private static RedisServer server;
  @Started private static Vertx vertx;
  private RedisLivenessHarness writer;
  private RedisLivenessHarness reader;

  @BeforeEach
  void open() {
    ask(Command.FLUSHALL);
    writer = harness("writer", true);
    reader = harness("reader", false);
  }

  @AfterEach
  void close() {
    writer.close();
    reader.close();
  }

  private static RedisLivenessHarness harness(String agent, boolean watchOwn) {
    return new RedisLivenessHarness(vertx, agent, server.uri(), watchOwn).open();
  }

  private static Response ask(Command command, Object... arguments) {
    return RedisLivenessHarness.ask(vertx, server.uri(), command, arguments);
  }

  private static String hex(Response value) {
    return HexFormat.of().formatHex(value.toBytes());
  }

  private static String text(Response value) {
    return value == null ? null : value.toString();
  }

  @Test
  void theLayoutIsToozsByteForByteWithOurKeyBeside() {
    writer.write(writer.join("compute", "host-1", 7));
    assertThat(ask(Command.SMEMBERS, "_tooz_groups")).hasToString("[compute]");
    assertThat(ask(Command.TYPE, "_tooz_groups")).hasToString("set");
    assertThat(ask(Command.TTL, "_tooz_groups").toInteger()).isEqualTo(-1);
    assertThat(ask(Command.HLEN, "_tooz_group:compute").toInteger()).isEqualTo(2);
    assertThat(ask(Command.TTL, "_tooz_group:compute").toInteger()).isEqualTo(-1);
    assertThat(hex(ask(Command.HGET, "_tooz_group:compute", "__created__"))).isEqualTo("31");
    assertThat(hex(ask(Command.HGET, "_tooz_group:compute", "host-1")))
        .isEqualTo(
            "84"
                + "a776657273696f6e05"
                + "a662696e617279ab62696e2d636f6d70757465"
                + "ab696e6361726e6174696f6ea5372d616263"
                + "a86d6574616461746181a47a6f6e65a3617a31");
    assertThat(hex(ask(Command.GET, "_tooz_beats:host-1"))).isEqualTo("4e6f74206465616421");
    assertThat(ask(Command.PTTL, "_tooz_beats:host-1").toInteger()).isBetween(5_000, 10_000);
    String own = "servicegroup:_tooz:beat:compute:host-1";
    assertThat(ask(Command.GET, own)).hasToString("7-abc 1 alive");
    assertThat(ask(Command.PTTL, own).toInteger()).isBetween(5_000, 10_000);
    assertThat(ask(Command.DBSIZE).toInteger()).isEqualTo(4);
  }

  @Test
  void aGenerationBeyondAllClocksIsNobodysLife() {
    Heartbeat ours = writer.join("compute", "host-1", 7);
    String own = "servicegroup:_tooz:beat:compute:host-1";
    for (String absurd :
        List.of("999999999999999999-dead 5 alive", "100000000000000000-d 1 left")) {
      writer.write(ours);
      ask(Command.SET, own, absurd);
      assertThat(reader.poll().gone()).isEmpty();
      assertThat(writer.poll().beats()).isEmpty();

      assertThat(writer.write(next(ours))).isEmpty();
      assertThat(writer.write(next(ours))).isEmpty();

      assertThat(text(ask(Command.GET, own))).startsWith("7-abc ");
    }
    ask(Command.SET, own, "999999999999999999-dead 5 alive");
    writer.write(in(State.FAILED, "refused", ours));
    assertThat(text(ask(Command.GET, own))).startsWith("7-abc ").contains("failed");
  }

  @Test
  void theNamespaceReplacesToozs() {
    String uri = server.uri() + "?namespace=nova:x&timeout=3.5";
    try (RedisLivenessHarness other = new RedisLivenessHarness(vertx, "a", uri, true).open()) {
      other.write(other.join("compute", "host-1", 7));
    }
    assertThat(ask(Command.KEYS, "*").stream().map(Response::toString))
        .containsExactlyInAnyOrder(
            "nova:x_groups",
            "nova:x_group:compute",
            "nova:x_beats:host-1",
            "servicegroup:nova%3Ax:beat:compute:host-1");
    assertThat(ask(Command.PTTL, "nova:x_beats:host-1").toInteger()).isBetween(1, 3_500);
  }

  @Test
  void noTwoMembersShareAKey() {
    RedisKeys keys = new RedisKeys("_tooz");
    assertThat(keys.own(new MemberId("a:b", "c"))).isNotEqualTo(keys.own(new MemberId("a", "b:c")));
    assertThat(keys.own(new MemberId("a b", "c"))).isNotEqualTo(keys.own(new MemberId("a+b", "c")));
    assertThat(keys.own(new MemberId("a%3Ab", "c")))
        .isNotEqualTo(keys.own(new MemberId("a:b", "c")));
  }

  @Test
  void beatsAreSeenByThoseWhoFollowTheMember() {
    Heartbeat one = writer.join("compute", "host:1 ä", 7);
    reader.follow(one);
    assertThat(reader.poll().beats()).isEmpty();
    writer.write(one);
    assertThat(reader.poll().beats()).containsExactly(new Beat(one.id(), one.incarnation(), 1));
    writer.write(next(one));
    Observation seen = reader.poll();
    assertThat(seen.beats()).containsExactly(new Beat(one.id(), one.incarnation(), 2));
    assertThat(seen.held()).isEmpty();
    assertThat(seen.gone()).isEmpty();
    assertThat(seen.dataLost()).isFalse();
  }

  @Test
  void aMissingKeyIsSilence() {
    Heartbeat one = writer.join("compute", "host-1", 7);
    reader.follow(one);
    writer.write(one);
    ask(Command.DEL, "servicegroup:_tooz:beat:compute:host-1", "_tooz_beats:host-1");
    Observation seen = reader.poll();
    assertThat(seen.beats()).isEmpty();
    assertThat(seen.gone()).isEmpty();
    assertThat(seen.held()).isEmpty();
  }

  @Test
  void aFailureIsAnnouncedAndTakesTheEntryAndAReturnPutsItBack() {
    Heartbeat one = writer.join("compute", "host-1", 7);
    Heartbeat two = writer.join("network", "host-1", 8);
    reader.follow(one);
    reader.follow(two);
    writer.write(one, two);
    // What its subscription told it at its start.
    reader.awaitNews(Duration.ZERO);
    Heartbeat failed = in(State.FAILED, "no answer", one);
    long started = System.nanoTime();
    writer.write(failed, next(two));
    assertThat(reader.awaitNews(Duration.ofSeconds(10))).isTrue();
    assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofMillis(250));
    assertThat(reader.poll().gone())
        .containsExactly(new Absence(one.id(), one.incarnation(), 2, Cause.PROBE_FAILED));
    assertThat(ask(Command.HEXISTS, "_tooz_group:compute", "host-1").toInteger()).isZero();
    // The host's other service lives.
    assertThat(ask(Command.GET, "_tooz_beats:host-1")).hasToString("Not dead!");
    writer.write(next(failed), next(next(two)));
    assertThat(reader.awaitNews(Duration.ofSeconds(10))).isTrue();
    assertThat(reader.poll().gone()).isEmpty();
    assertThat(ask(Command.HEXISTS, "_tooz_group:compute", "host-1").toInteger()).isOne();
  }

  @Test
  void leavingTakesTheEntryAndTheLastOneTakesToozsBeat() {
    Heartbeat one = writer.join("compute", "host-1", 7);
    Heartbeat two = writer.join("network", "host-1", 8);
    reader.follow(one);
    reader.follow(two);
    writer.write(one, two);
    writer.write(List.of(next(two)), List.of(one));
    assertThat(reader.poll().gone())
        .containsExactly(new Absence(one.id(), one.incarnation(), 1, Cause.LEFT));
    assertThat(ask(Command.HKEYS, "_tooz_group:compute")).hasToString("[__created__]");
    assertThat(ask(Command.EXISTS, "_tooz_beats:host-1").toInteger()).isOne();
    writer.write(List.of(), List.of(two));
    assertThat(ask(Command.EXISTS, "_tooz_beats:host-1").toInteger()).isZero();
    assertThat(reader.poll().gone()).hasSize(2);
  }

  @Test
  void aRestartIsSaidAndTheEntryStays() {
    Heartbeat one = writer.join("compute", "host-1", 7);
    reader.follow(one);
    writer.write(one);
    writer.write(in(State.RESTARTING, null, one));
    assertThat(reader.poll().gone())
        .containsExactly(new Absence(one.id(), one.incarnation(), 2, Cause.RESTARTING));
    assertThat(ask(Command.HEXISTS, "_tooz_group:compute", "host-1").toInteger()).isOne();
  }

  @Test
  void whoWasJoinedLaterElsewhereIsNotTouchedAnyMore() {
    Heartbeat old = writer.join("compute", "host-1", 7);
    writer.write(old);
    try (RedisLivenessHarness other = harness("other", true)) {
      Heartbeat taken = other.join("compute", "host-1", 9);
      other.write(taken);
      assertThat(writer.poll().beats()).containsExactly(new Beat(old.id(), taken.incarnation(), 1));
      Conflict superseded = new Conflict(old.id(), old.incarnation(), Conflict.Kind.SUPERSEDED);
      assertThat(writer.write(next(old))).containsExactly(superseded);
      assertThat(writer.write(in(State.FAILED, "x", old))).containsExactly(superseded);
      writer.write(List.of(), List.of(old));
      String key = "servicegroup:_tooz:beat:compute:host-1";
      assertThat(ask(Command.GET, key)).hasToString("9-abc 1 alive");
      assertThat(hex(ask(Command.HGET, "_tooz_group:compute", "host-1"))).contains("392d616263");
      assertThat(ask(Command.EXISTS, "_tooz_beats:host-1").toInteger()).isOne();
    }
  }

  @Test
  void aTakeoverIsFoundByTheWriteItselfToo() {
    Heartbeat old = writer.join("compute", "host-1", 7);
    writer.write(old);
    ask(Command.SET, "servicegroup:_tooz:beat:compute:host-1", "9-abc 1 alive");
    assertThat(writer.write(next(old)))
        .containsExactly(new Conflict(old.id(), old.incarnation(), Conflict.Kind.SUPERSEDED));
    // A new life of ours is the newest again.
    assertThat(writer.write(writer.join("compute", "host-1", 10))).isEmpty();
  }

  @Test
  void whatWasPrunedOrEvictedIsBackWithinTwoBeats() {
    Heartbeat one = writer.join("compute", "host-1", 7);
    Heartbeat two = writer.join("compute", "host-2", 8);
    writer.write(one, two);
    for (int from = 0; from < 2; from++) {
      ask(Command.HDEL, "_tooz_group:compute", "host-1");
      ask(Command.DEL, "_tooz_groups");
      writer.write(next(one), next(two));
      writer.write(next(one), next(two));
      assertThat(ask(Command.HLEN, "_tooz_group:compute").toInteger()).isEqualTo(3);
      assertThat(ask(Command.SMEMBERS, "_tooz_groups")).hasToString("[compute]");
      // So that the second time begins with the other kind of beat.
      writer.write(next(one), next(two));
    }
    ask(Command.DEL, "_tooz_group:compute");
    writer.write(next(one), next(two));
    writer.write(next(one), next(two));
    assertThat(ask(Command.HLEN, "_tooz_group:compute").toInteger()).isEqualTo(3);
    ask(Command.HDEL, "_tooz_group:compute", "host-1");
    writer.delete(one);
    writer.write(next(one), next(two));
    writer.write(next(one), next(two));
    assertThat(ask(Command.HEXISTS, "_tooz_group:compute", "host-1").toInteger()).isZero();
  }

  @Test
  void membersOfToozAreHeldWhileTheirBeatIsThere() {
    MemberId peer = new MemberId("network", "py-1");
    ask(Command.SADD, "_tooz_groups", "network");
    ask(Command.HSET, "_tooz_group:network", "__created__", "1", "py-1", new byte[] {(byte) 0xc0});
    assertThat(reader.poll().held()).isEmpty();
    ask(Command.PSETEX, "_tooz_beats:py-1", 60_000, "Not dead!");
    Beat held = new Beat(peer, null, 1);
    assertThat(reader.poll().held()).containsExactly(held);
    assertThat(reader.poll().held()).containsExactly(held);
    assertThat(writer.poll().held()).isEmpty();
    ask(Command.HDEL, "_tooz_group:network", "py-1");
    assertThat(reader.poll().gone()).containsExactly(new Absence(peer, null, 1, Cause.LEFT));
    ask(Command.HSET, "_tooz_group:network", "py-1", "");
    Observation back = reader.poll();
    assertThat(back.gone()).isEmpty();
    assertThat(back.held()).containsExactly(new Beat(peer, null, 2));
    ask(Command.DEL, "_tooz_beats:py-1");
    Observation gone = reader.poll();
    assertThat(gone.held()).isEmpty();
    assertThat(gone.gone()).containsExactly(new Absence(peer, null, 2, Cause.EXPIRED));
    // Whoever is dead is pruned by its own kind.
    assertThat(ask(Command.HEXISTS, "_tooz_group:network", "py-1").toInteger()).isOne();
  }

  @Test
  void membersOfOursThatTheCatalogueHasNotToldOfAreBeatsNotHeld() {
    Heartbeat one = writer.join("compute", "host-1", 7);
    writer.write(one);
    Observation seen = reader.poll();
    assertThat(seen.held()).isEmpty();
    assertThat(seen.beats()).containsExactly(new Beat(one.id(), one.incarnation(), 1));
    writer.write(next(one));
    assertThat(reader.poll().beats()).containsExactly(new Beat(one.id(), one.incarnation(), 2));
  }

  @Test
  void flushedDataAreToldOnceAndRebuilt() {
    Heartbeat one = writer.join("compute", "host-1", 7);
    reader.follow(one);
    writer.write(one);
    assertThat(writer.poll().dataLost()).isFalse();
    assertThat(reader.poll().dataLost()).isFalse();
    assertThat(reader.poll().dataLost()).isFalse();
    ask(Command.FLUSHALL);
    assertThat(writer.poll().dataLost()).isTrue();
    assertThat(reader.poll().dataLost()).isTrue();
    assertThat(reader.poll().dataLost()).isFalse();
    writer.write(next(one));
    assertThat(reader.poll().beats()).hasSize(1);
    assertThat(ask(Command.HLEN, "_tooz_group:compute").toInteger()).isEqualTo(2);
    assertThat(ask(Command.SMEMBERS, "_tooz_groups")).hasToString("[compute]");
  }

  @Test
  void tenThousandMembersFit() {
    List<Heartbeat> members =
        new ArrayList<>(
            IntStream.range(0, 5_000)
                .mapToObj(i -> writer.join("compute", "host-" + i, i + 1))
                .toList());
    ask(Command.SADD, "_tooz_groups", "compute");
    members.forEach(reader::follow);
    Object[] peers = new Object[1 + 2 * 5_000];
    Object[] beats = new Object[2 * 5_000];
    peers[0] = "_tooz_group:compute";
    for (int i = 0; i < 5_000; i++) {
      peers[1 + 2 * i] = "py-" + i;
      peers[2 + 2 * i] = "";
      beats[2 * i] = "_tooz_beats:py-" + i;
      beats[2 * i + 1] = "Not dead!";
    }
    ask(Command.HSET, peers);
    ask(Command.MSET, beats);
    writer.write(members, List.of());
    Observation seen = reader.poll();
    assertThat(seen.beats()).hasSize(5_000);
    assertThat(seen.held()).hasSize(5_000);
    assertThat(reader.poll().held()).hasSize(5_000);
    assertThat(text(ask(Command.GET, "servicegroup:_tooz:beat:compute:host-4999")))
        .isEqualTo("5000-abc 1 alive");
  }

  @Test
  void aThousandBeatsAreOneRoundTripOfAtMostThreeCommandsEach() {
    List<Heartbeat> members =
        IntStream.range(0, 1_000)
            .mapToObj(i -> writer.join("compute", "host-" + i, i + 1))
            .toList();
    writer.write(members, List.of());
    long commands = statistic("total_commands_processed");
    long reads = statistic("total_reads_processed");
    // Every second write also looks for what tooz's readers may have pruned.
    writer.write(members, List.of());
    writer.write(members, List.of());
    assertThat(statistic("total_commands_processed") - commands).isBetween(4_000L, 6_100L);
    // One by one they would be as many reads as commands.
    assertThat(statistic("total_reads_processed") - reads).isLessThan(200);
  }

  private static long statistic(String name) {
    return ask(Command.INFO, "stats")
        .toString()
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}

package io.servicegroup.backend.memcached;

import static io.servicegroup.backend.memcached.MemcachedHarness.beat;
import static io.servicegroup.backend.memcached.MemcachedHarness.member;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.MemcachedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** tooz's groups, where others write, prune and lose them too. */
class MemcachedGroupsIT {

  private static final String GROUP = "_TOOZ_GROUP_compute";
  private static final String LIST = "_TOOZ_GROUP_LIST";
  private static final Member MEMBER = member("compute", "host-1", 7);

  private static final MemcachedServer SERVER = MemcachedServer.create();
  private static final Vertx VERTX = Vertx.vertx();
  private final RawMemcached raw = new RawMemcached(SERVER.port());

  @BeforeEach
  void empty() {
    raw.flushAll();
  }

  @AfterAll
  static void close() {
    await(VERTX.close());
    SERVER.close();
  }

  private static MemcachedHarness open(String agent, MemcachedServer server) {
    return MemcachedHarness.open(VERTX, agent, server.uri());
  }

  private static Set<String> hosts(RawMemcached raw) {
    List<String> hosts = new ArrayList<>();
    ToozGroupMap.parse(raw.get(GROUP).value())
        .orElseThrow()
        .forEach((host, incarnation) -> hosts.add(host));
    return Set.copyOf(hosts);
  }

  @Test
  void whatWasPrunedEvictedOrFlushedIsBackWithinTwoBeats() {
    try (MemcachedHarness agent = open("a", SERVER).follow(MEMBER)) {
      agent.write(beat(MEMBER, 1));
      byte[] group = raw.get(GROUP).value();
      byte[] list = raw.get(LIST).value();
      List<Runnable> losses =
          List.of(
              () -> raw.set(GROUP, 2, "80"),
              () -> raw.delete(GROUP),
              () -> raw.delete(LIST),
              () -> raw.set(LIST, 2, "90"),
              () -> raw.set(GROUP, 2, "c0"),
              raw::flushAll);
      long count = 1;
      for (Runnable loss : losses) {
        loss.run();
        count += 2;
        agent.write(beat(MEMBER, count - 1));
        agent.write(beat(MEMBER, count));
        assertThat(raw.get(GROUP).value()).isEqualTo(group);
        assertThat(raw.get(LIST).value()).isEqualTo(list);
        assertThat(raw.get("_TOOZ_MEMBER_host-1")).isNotNull();
      }
    }
  }

  @Test
  void aHundredAgentsThatJoinAtOnceAllEndInTheGroup() {
    List<MemcachedHarness> agents = new ArrayList<>();
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Member member = member("compute", "host-" + i, 7);
      members.add(member);
      agents.add(open("agent-" + i, SERVER).follow(member));
    }
    for (int count = 1; count <= 3; count++) {
      List<Future<?>> writes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        List<Heartbeat> state = List.of(beat(members.get(i), count));
        writes.add(agents.get(i).startWrite(state, List.of()));
      }
      await(Future.join(writes));
    }
    // Contention goes on behind the writes, for as long as its tries last.
    await("a hundred", () -> hosts(raw), all -> all.size() == 100);
    List<Future<?>> leaves = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      List<Heartbeat> gone = List.of(beat(members.get(i), 3));
      leaves.add(agents.get(i).startWrite(List.of(), gone));
    }
    await(Future.join(leaves));
    agents.forEach(MemcachedHarness::close);
    assertThat(hosts(raw)).isEmpty();
  }

  @Test
  void aGroupTooLargeForAnItemStopsNoBeats() {
    Map<String, Object> metadata = Map.of("long", "x".repeat(20_000));
    try (MemcachedHarness agent = open("a", SERVER)) {
      List<Member> members =
          IntStream.range(0, 100)
              .mapToObj(i -> member("compute", "host-" + i, 7, metadata))
              .toList();
      agent.follow(members.toArray(Member[]::new));
      for (int count = 1; count <= 4; count++) {
        agent.write(beats(members, count), List.of());
      }
      assertThat(agent.poll().beats()).hasSize(100).allMatch(beat -> beat.count() == 4);
      // A megabyte is what the server takes.
      await("a group", () -> raw.get(GROUP) != null);
      assertThat(hosts(raw)).hasSizeBetween(20, 52);
      assertThat(raw.get(LIST)).isNotNull();
    }
  }

  @Test
  void tenThousandMembersInOneGroup() {
    try (MemcachedHarness agent = open("a", SERVER);
        MemcachedHarness watcher = open("b", SERVER)) {
      List<Member> members =
          IntStream.range(0, 10_000).mapToObj(i -> member("compute", "host-" + i, 7)).toList();
      agent.follow(members.toArray(Member[]::new));
      watcher.follow(members.toArray(Member[]::new));
      agent.write(beats(members, 1), List.of());
      assertThat(watcher.poll().beats()).hasSize(10_000);
      agent.write(beats(members, 2), List.of());
      assertThat(watcher.poll().beats()).hasSize(10_000).allMatch(beat -> beat.count() == 2);
      assertThat(hosts(raw)).hasSize(10_000);
    }
  }

  private static List<Heartbeat> beats(List<Member> members, long count) {
    return members.stream().map(member -> beat(member, count)).toList();
  }
}

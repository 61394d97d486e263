package io.servicegroup.backend.zookeeper;

import static io.servicegroup.backend.zookeeper.ZooKeeperRig.life;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.backend.tooz.Capabilities;
import io.servicegroup.backend.zookeeper.ZooKeeperRig.Agent;
import io.servicegroup.liveness.Life;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.Sight;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Logged;
import io.servicegroup.testkit.Members;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.ZooKeeperServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.data.Stat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is written, where, and what others do to it. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ZooKeeperNodesIT {

  @Started private static ZooKeeperServer server;
  private final ZooKeeperRig rig = new ZooKeeperRig();
  private ZooKeeperConnection client;
  private Agent writer;
  private Agent watcher;

  @BeforeEach
  void open() throws Exception {
    client = rig.client(server.uri());
    writer = rig.agent(server.uri(), true);
    watcher = rig.agent(server.uri(), false);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void present(Life life) {
    writer.joined(life);
    watcher.joined(life);
    writer.write(life);
    watcher.awaitHeld(life);
  }

  @Test
  void aMemberIsANodeAsToozMakesIt() throws Exception {
    Life life = life("layout", "h1");
    present(life);
    Stat stat = new Stat();
    assertThat(client.getData("/tooz/layout/h1", false, stat))
        .isEqualTo(Capabilities.of(life.member()));
    assertThat(stat.getEphemeralOwner()).isNotZero();
    assertThat(client.getACL("/tooz/layout/h1", stat)).isEqualTo(Ids.OPEN_ACL_UNSAFE);
    for (String above : List.of("/tooz", "/tooz/layout")) {
      assertThat(client.getData(above, false, stat)).isEmpty();
      assertThat(stat.getEphemeralOwner()).isZero();
    }
    assertThat(client.exists("/servicegroup/tooz/layout/h1", false)).isNull();
  }

  @Test
  void nothingIsWrittenWhileNothingChanges() throws Exception {
    Life life = life("quiet", "h1");
    present(life);
    // Whoever else is connected writes as little.
    long before = client.setData("/tooz/quiet", new byte[0], -1).getMzxid();
    for (int i = 0; i < 5; i++) {
      writer.write(life);
      writer.poll();
      watcher.poll();
    }
    assertThat(client.setData("/tooz/quiet", new byte[0], -1).getMzxid()).isEqualTo(before + 1);
  }

  @Test
  void newCapabilitiesAreWrittenIntoTheNodeThatIsThere() throws Exception {
    Life life = life("capable", "h1", 5);
    present(life);
    long count = watcher.awaitHeld(life).held().count();
    Member newer = life("capable", "h1", 6).member();
    Member updated =
        Members.like(newer).incarnation(life.incarnation()).lastSeenUp(null).wordsOrder(0).build();
    writer.harness().catalogued(new CatalogEvent(CatalogEvent.Type.UPDATED, updated, true));
    writer.write(life);
    assertThat(ZooKeeperRig.data(client, "/tooz/capable/h1")).isEqualTo(Capabilities.of(updated));
    assertThat(watcher.awaitHeld(life).held().count()).isEqualTo(count);
  }

  @Test
  void whatSomebodyDeletedIsBackWithTheNextBeats() throws Exception {
    Life life = life("pruned", "h1");
    present(life);
    long count = watcher.awaitHeld(life).held().count();
    client.delete("/tooz/pruned/h1", -1);
    watcher.awaitGone(life, Cause.SESSION_EXPIRED);
    writer.write(life);
    writer.write(life);
    assertThat(watcher.awaitHeld(life).held().count()).isGreaterThan(count);
  }

  @Test
  void aMarkSaysWhyAndGoesWithTheNextLife() throws Exception {
    String mark = "/servicegroup/tooz/marked/h1";
    Life life = life("marked", "h1");
    present(life);
    writer.harness().write(life.failed());
    watcher.awaitGone(life, Cause.PROBE_FAILED);
    assertThat(new String(ZooKeeperRig.data(client, mark), StandardCharsets.UTF_8))
        .startsWith(life.incarnation() + " 1 failed ");
    assertThat(client.exists("/tooz/marked/h1", false)).isNull();
    Agent late = rig.agent(server.uri(), false);
    late.joined(life);
    late.awaitGone(life, Cause.PROBE_FAILED);
    writer.write(life);
    watcher.awaitHeld(life);
    assertThat(client.exists(mark, false)).isNull();
  }

  @Test
  void theMarkOfADeletedMemberDoesNotStay() throws Exception {
    String mark = "/servicegroup/tooz/deleted/h1";
    Life life = life("deleted", "h1");
    present(life);
    writer.harness().write(List.of(), List.of(life.last()));
    assertThat(client.exists(mark, false)).isNotNull();
    writer.harness().catalogued(new CatalogEvent(CatalogEvent.Type.DELETED, life.member(), true));
    assertThat(client.exists(mark, false)).isNotNull();
    writer.harness().close();
    assertThat(client.exists(mark, false)).isNull();
  }

  @Test
  void whoJoinedThroughToozUnderOurNameIsLeftAloneForAWhileAndThenAConflict() throws Exception {
    Life life = life("foreign", "h1");
    writer.joined(life);
    ZooKeeperRig.put(client, "/tooz/foreign", new byte[0], CreateMode.PERSISTENT);
    ZooKeeperRig.put(client, "/tooz/foreign/h1", new byte[] {(byte) 0xc0}, CreateMode.EPHEMERAL);
    assertThat(writer.harness().write(life.alive())).isEmpty();
    assertThat(ZooKeeperRig.data(client, "/tooz/foreign/h1")).hasSize(1);
    List<Conflict> conflicts =
        await("a conflict", () -> writer.harness().write(life.alive()), found -> !found.isEmpty());
    assertThat(conflicts).extracting(Conflict::kind).containsOnly(Conflict.Kind.FOREIGN_BEATS);
    client.delete("/tooz/foreign/h1", -1);
    writer.write(life);
    writer.awaitHeld(life);
  }

  @Test
  void whoOnlyToozKnowsIsHeldUntilItGoes() throws Exception {
    MemberId id = new MemberId("python", "p1");
    ZooKeeperRig.put(client, "/tooz/python", new byte[0], CreateMode.PERSISTENT);
    ZooKeeperRig.put(client, "/tooz/python/p1", new byte[] {(byte) 0xc0}, CreateMode.EPHEMERAL);
    ZooKeeperRig.put(client, "/tooz/python/leader", new byte[0], CreateMode.PERSISTENT);
    ZooKeeperRig.put(client, "/tooz/python/leader/x", new byte[0], CreateMode.EPHEMERAL);
    if (client.exists("/tooz/locks", false) == null) {
      ZooKeeperRig.put(client, "/tooz/locks", new byte[0], CreateMode.PERSISTENT);
    }
    ZooKeeperRig.put(client, "/tooz/locks/l1", new byte[0], CreateMode.PERSISTENT);
    Sight sight = watcher.await(id, seen -> seen.held() != null);
    assertThat(sight.held().incarnation()).isNull();
    Observation seen = watcher.poll();
    assertThat(Stream.concat(seen.held().stream(), seen.beats().stream()))
        .noneMatch(beat -> beat.id().host().equals("leader"))
        .noneMatch(beat -> beat.id().group().equals("locks"));
    client.delete("/tooz/python/p1", -1);
    Sight gone = watcher.await(id, now -> now.gone() != null);
    assertThat(gone.gone().incarnation()).isNull();
    assertThat(gone.gone().cause()).isEqualTo(Cause.SESSION_EXPIRED);
    assertThat(gone.gone().count()).isEqualTo(sight.held().count());
    watcher.await(id, Sight::isNothing);
  }

  @Test
  void namesThatNoNodeCanHaveAreSaidOnceAndTheOthersGoOn() throws Exception {
    Life good = life("names", "good");
    List<Life> bad =
        List.of(
            life("names", "a/b"),
            life("names", "leader"),
            life("names", "rocket \uD83D\uDE80"),
            life("na/mes", "h1"),
            life("locks", "h1"));
    writer.joined(good);
    writer.joined(bad.toArray(Life[]::new));
    String log =
        logged(
            () -> {
              for (int i = 0; i < 2; i++) {
                List<Heartbeat> all = new ArrayList<>(bad.stream().map(Life::alive).toList());
                all.add(good.alive());
                assertThat(writer.harness().write(all, List.of())).isEmpty();
              }
            });
    writer.awaitHeld(good);
    assertThat(client.getChildren("/tooz/names", false)).containsExactly("good");
    for (Life life : bad) {
      assertThat(log).containsOnlyOnce(life.id() + " cannot be written: ");
      assertThat(Sight.of(life.id(), writer.poll()).isNothing()).isTrue();
    }
    List<Heartbeat> left = bad.stream().map(Life::last).toList();
    assertThat(writer.harness().write(List.of(good.alive()), left)).isEmpty();
  }

  @Test
  void anotherSessionThanTheOneAskedForIsSaid() {
    String log = logged(() -> rig.agent(server.uri() + "?timeout=30", true));
    assertThat(log)
        .contains("session ends only after 10000 ms", "asked for were 30000 ms")
        .contains("tickTime");
    assertThat(logged(() -> rig.agent(server.uri() + "?timeout=3", true)))
        .doesNotContain("grant")
        .contains("a session ends after 3000 ms, before service_down_time (5000 ms)");
  }

  @Test
  void aPathIsWhereEverythingIs() throws Exception {
    String uri = server.uri() + "/deep/down?namespace=mine";
    Life life = life("chroot", "h1");
    Agent below = rig.agent(uri, true);
    below.joined(life);
    below.write(life);
    below.awaitHeld(life);
    assertThat(client.exists("/deep/down/mine/chroot/h1", false)).isNotNull();
    below.harness().write(life.failed());
    below.awaitGone(life, Cause.PROBE_FAILED);
    assertThat(client.exists("/deep/down/servicegroup/mine/chroot/h1", false)).isNotNull();
  }

  @Test
  void whatCannotBeHadIsRefusedWithASentence() {
    assertThatThrownBy(() -> rig.agent(server.uri() + "?namespace=servicegroup", true))
        .hasMessageContaining("namespace cannot be servicegroup");
    assertThatThrownBy(() -> rig.agent(server.uri() + "?namespace=..", true))
        .hasMessageContaining("namespace");
  }

  @Test
  void tenThousandMembersAreSeenTogether() throws Exception {
    int many = 10_000;
    ZooKeeperRig.put(client, "/tooz/many", new byte[0], CreateMode.PERSISTENT);
    CountDownLatch made = new CountDownLatch(many);
    for (int i = 0; i < many; i++) {
      client.create(
          "/tooz/many/host-" + i,
          new byte[] {(byte) 0xc0},
          Ids.OPEN_ACL_UNSAFE,
          CreateMode.EPHEMERAL,
          (rc, path, context, name) -> made.countDown(),
          null);
    }
    assertThat(made.await(60, TimeUnit.SECONDS)).isTrue();
    Agent late = rig.agent(server.uri(), false, "many");
    late.await(new MemberId("many", "host-9999"), sight -> sight.held() != null);
    awaitHeld(late, many);
    client.close();
    awaitHeld(late, 0);
    awaitHeld(watcher, 0);
  }

  private static void awaitHeld(Agent agent, int count) {
    agent.await(
        new MemberId("many", "nobody"),
        nothing -> agent.poll().held().stream().filter(ZooKeeperNodesIT::isMany).count() == count);
  }

  private static boolean isMany(Beat beat) {
    return beat.id().group().equals("many");
  }

  private static String logged(Runnable work) {
    return String.join("\n", Logged.during(work));
  }
}

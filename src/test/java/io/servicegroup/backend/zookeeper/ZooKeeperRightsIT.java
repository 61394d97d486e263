package io.servicegroup.backend.zookeeper;

import static io.servicegroup.backend.zookeeper.ZooKeeperRig.life;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.backend.zookeeper.ZooKeeperRig.Agent;
import io.servicegroup.bus.Topics;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.Life;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Concern;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.ZooKeeperServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A part that the agent may not read is a fault of that part. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ZooKeeperRightsIT {

  private static final byte[] CAPABILITIES = {(byte) 0xc0};
  private static final int MANY = 300;
  private static final Pattern RECEIVED = Pattern.compile("Received: (\\d+)");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Started private static ZooKeeperServer server;
  private final ZooKeeperRig rig = new ZooKeeperRig();
  private final Map<String, Concern> concerns = new HashMap<>();
  private ZooKeeperConnection owner;

  @BeforeEach
  void connect() throws Exception {
    Topics.CONCERN.consume(
        rig.vertx(),
        concern -> {
          synchronized (concerns) {
            if (concern.text() == null) {
              concerns.remove(concern.subject());
            } else {
              concerns.put(concern.subject(), concern);
            }
            concerns.notifyAll();
          }
        });
    owner = rig.client("zookeeper://owner:pw@127.0.0.1:" + server.port());
  }

  /** Awaits a concern. */
  private Concern told(String subject) throws InterruptedException {
    awaitConcerns(open -> open.contains(subject), subject);
    return concerns.get(subject);
  }

  /** Awaits that these are the open concerns, and no others. */
  private void toldOnly(String... subjects) throws InterruptedException {
    awaitConcerns(Set.of(subjects)::equals, Set.of(subjects));
  }

  private void awaitConcerns(Predicate<Set<String>> condition, Object awaited)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    synchronized (concerns) {
      while (!condition.test(concerns.keySet())) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        assertThat(left).as("%s awaited, open: %s", awaited, concerns).isPositive();
        concerns.wait(left);
      }
    }
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static List<ACL> mine() {
    return Ids.CREATOR_ALL_ACL;
  }

  private static List<ACL> readable() {
    return Arrays.asList(
        new ACL(Perms.ALL, Ids.AUTH_IDS), new ACL(Perms.READ, Ids.ANYONE_ID_UNSAFE));
  }

  private void put(String path, List<ACL> acl, CreateMode mode) throws Exception {
    owner.create(path, CAPABILITIES, acl, mode);
  }

  /** A namespace with a large group that everybody reads. */
  private String namespace(String name) throws Exception {
    put("/" + name, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    put("/" + name + "/open", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    CountDownLatch made = new CountDownLatch(MANY);
    for (int i = 0; i < MANY; i++) {
      owner.create(
          "/" + name + "/open/h" + i,
          CAPABILITIES,
          Ids.OPEN_ACL_UNSAFE,
          CreateMode.EPHEMERAL,
          (rc, path, context, made1) -> made.countDown(),
          null);
    }
    assertThat(made.await(30, TimeUnit.SECONDS)).isTrue();
    return server.uri() + "?namespace=" + name;
  }

  private static long requests() throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write("srvr".getBytes(StandardCharsets.US_ASCII));
      Matcher received =
          RECEIVED.matcher(
              new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
      assertThat(received.find()).isTrue();
      return Long.parseLong(received.group(1));
    }
  }

  private static long held(Observation seen) {
    return seen.held().stream().filter(beat -> beat.id().group().equals("open")).count();
  }

  @Test
  void aGroupThatMayNotBeListedTakesNobodyElseAlong() throws Exception {
    String uri = namespace("listing");
    put("/listing/closed", mine(), CreateMode.PERSISTENT);
    put("/listing/closed/h1", mine(), CreateMode.EPHEMERAL);
    Agent watcher = rig.agent(uri, false);
    watcher.await(new MemberId("open", "h1"), sight -> held(watcher.poll()) == MANY);

    long before = requests();
    int polls = 20;
    for (int i = 0; i < polls; i++) {
      assertThat(held(watcher.poll())).isEqualTo(MANY);
      watcher.harness().awaitNews(Duration.ofMillis(50));
    }
    assertThat(requests() - before).as("requests of %d polls", polls).isLessThan(4 * polls);
    Concern closed = told("group closed");
    assertThat(closed.text()).contains("/listing/closed").contains("ACL");
    assertThat(closed.about()).isEqualTo("backend:zookeeper");

    owner.setACL("/listing/closed", readable(), -1);
    owner.setACL("/listing/closed/h1", readable(), -1);
    watcher.await(new MemberId("closed", "h1"), sight -> sight.held() != null);
    toldOnly();
  }

  @Test
  void whoMayNotBeReadAnyMoreIsNotJudged() throws Exception {
    String uri = namespace("reading");
    Life life = life("closed", "h1");
    Life other = life("open", "mine");
    Agent watcher = rig.agent(uri, false);
    Agent writer = rig.agent(uri, true);
    writer.joined(life, other);
    watcher.joined(life, other);
    writer.harness().write(life.alive(), other.alive());
    watcher.awaitHeld(life);
    watcher.awaitHeld(other);

    owner.setACL("/reading/closed/h1", mine(), -1);
    owner.setACL("/reading/closed", mine(), -1);
    // Whoever starts now may not read it; neither may who connects anew.
    Agent late = rig.agent(uri, false);
    late.joined(life, other);
    late.awaitHeld(other);
    Observation seen = late.poll();
    assertThat(seen.unwitnessed()).containsExactly(life.id());
    assertThat(seen.gone()).noneMatch(absence -> absence.id().equals(life.id()));
    told("group closed");
    told("members of group closed");
    rig.expire(watcher, uri);
    watcher.await(life.id(), sight -> sight.held() == null);
    watcher.awaitHeld(other);
    assertThat(watcher.poll().unwitnessed()).containsExactly(life.id());
  }

  @Test
  void marksThatMayNotBeReadHideNoDeath() throws Exception {
    String uri = namespace("marking");
    put("/servicegroup/marking", Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    put("/servicegroup/marking/open", mine(), CreateMode.PERSISTENT);
    Agent watcher = rig.agent(uri, false);
    watcher.await(new MemberId("open", "h1"), sight -> held(watcher.poll()) == MANY);
    owner.delete("/marking/open/h1", -1);
    watcher.await(new MemberId("open", "h1"), sight -> sight.gone() != null);
    assertThat(held(watcher.poll())).isEqualTo(MANY - 1);
    told("marks of group open");
  }

  @Test
  void aGroupThatMayNotBeWrittenKeepsNobodyElseFromBeating() throws Exception {
    String uri = namespace("writing");
    put("/writing/closed", readable(), CreateMode.PERSISTENT);
    Life life = life("closed", "h1");
    Life other = life("open", "mine");
    Agent writer = rig.agent(uri, true);
    writer.joined(life, other);
    assertThatThrownBy(() -> writer.harness().write(life.alive(), other.alive()))
        .hasMessageContaining("1 members");
    writer.awaitHeld(other);
    assertThat(told("writing to group closed").text()).contains("ACL");

    owner.setACL("/writing/closed", Ids.OPEN_ACL_UNSAFE, -1);
    writer.write(life);
    writer.awaitHeld(life);
    toldOnly();
  }

  @Test
  void whatMayNotBeWrittenIsNoConcernOnceTheMemberIsGone() throws Exception {
    String uri = namespace("leaving");
    put("/leaving/closed", readable(), CreateMode.PERSISTENT);
    Life life = life("closed", "h1");
    Life other = life("open", "mine");
    Agent writer = rig.agent(uri, true);
    writer.joined(life, other);
    writer.harness().write(other.alive());
    writer.awaitHeld(other);
    put("/servicegroup/leaving/closed", readable(), CreateMode.PERSISTENT);
    assertThatThrownBy(() -> writer.harness().write(life.alive(), other.alive()))
        .hasMessageContaining("1 members");
    toldOnly("writing to group closed");

    writer.harness().write(List.of(other.alive()), List.of(life.alive()));
    writer.harness().write(other.alive());
    toldOnly();
  }

  @Test
  void theWordOfOneThatMayNotBeReadIsNoneAndCostsNoPoll() throws Exception {
    String uri = namespace("saying");
    Agent watcher = rig.agent(uri, false);
    Agent writer = rig.agent(uri, true);
    ZooKeeperLayout layout = new ZooKeeperLayout(BackendUri.parse(uri));
    await(writer.backend().stalled(Duration.ofSeconds(30)));
    String said = owner.getChildren(layout.stalled(), false).stream().findFirst().orElseThrow();
    Set<String> asked = Set.of(said, "nobody");
    assertThat(await(watcher.backend().stalledAmong(asked))).containsExactly(said);

    owner.setACL(layout.stalled(said), mine(), -1);
    assertThat(await(watcher.backend().stalledAmong(asked))).isEmpty();
    await(writer.backend().resumed());
    assertThat(await(watcher.backend().stalledAmong(asked))).isEmpty();
  }

  @Test
  void aCatalogueReadsOnWhereAGroupMayNotBeRead() throws Exception {
    String uri = server.uri() + "?namespace=documents";
    ZooKeeperDocuments store = new ZooKeeperDocuments(rig.vertx(), BackendUri.parse(uri), true);
    try {
      await(store.open());
      await(store.write(new Key(Kind.MEMBER, "open", "h1"), "one", null));
      await(store.write(new Key(Kind.MEMBER, "open", "h2"), "two", null));
      await(store.write(new Key(Kind.MEMBER, "closed", "h1"), "three", null));
      assertThat(await(store.list(null))).hasSize(3);

      String members = "/servicegroup-catalog/documents/member";
      owner.setACL(members + "/closed", mine(), -1);
      owner.setACL(members + "/open/h2", mine(), -1);
      await(store.write(new Key(Kind.MEMBER, "open", "h3"), "four", null));

      assertThat(await(store.list(null)))
          .as("as it was read last")
          .extracting(Document::text)
          .containsExactlyInAnyOrder("one", "two", "three", "four", null);
      ZooKeeperDocuments late = new ZooKeeperDocuments(rig.vertx(), BackendUri.parse(uri), true);
      await(late.open());
      assertThat(await(late.list(null)))
          .extracting(Document::text)
          .containsExactlyInAnyOrder("one", "four", null, null);
      await(late.close());
    } finally {
      await(store.close());
    }
  }
}

package io.servicegroup.backend.zookeeper;

import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogContract;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooDefs.Perms;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.junit.jupiter.api.Test;

/** The catalogue in ZooKeeper: each test in a tree of its own. */
class ZooKeeperCatalogIT extends ServiceCatalogContract {

  private static final AtomicInteger TESTS = new AtomicInteger();
  @Started private static ZooKeeperServer server;
  @Started private static Vertx vertx;

  private final int test = TESTS.incrementAndGet();

  private BackendUri uri() {
    return BackendUri.parse(server.uri() + "/test-" + test);
  }

  @Override
  protected ServiceCatalog create(Vertx forVertx) {
    return new ZooKeeperTechnology()
        .catalog(forVertx, new AgentConfig.Catalog(uri(), AgentConfig.CreateTables.ALL));
  }

  @Override
  protected Optional<ServiceCatalog> createLater(Vertx forVertx, Duration by) {
    Clock later = Clock.offset(Clock.systemUTC(), by);
    return Optional.of(
        new DocumentCatalog(forVertx, new ZooKeeperDocuments(forVertx, uri(), true), later));
  }

  @Test
  void everyNameMayBeANodes() throws Exception {
    List<String> hosts = List.of("...", "a/b", "ü", "%2E", "a b", "ä".repeat(250));
    for (String host : hosts) {
      await(catalog.join(spec("g/" + host, host, "worker", 1), "agent-1", Set.of()));
    }

    assertThat(await(catalog.list(MemberFilter.ALL)))
        .extracting(member -> member.id().host())
        .containsExactlyInAnyOrderElementsOf(hosts);
    assertThat(await(catalog.list(new MemberFilter("g/...", null, null, null)))).hasSize(1);
  }

  @Test
  void theNamesOfAGroupMayBeMoreThanAMegabyte() throws Exception {
    int members = 800;
    for (int from = 0; from < members; from += 100) {
      List<Future<?>> joins = new ArrayList<>();
      for (int i = from; i < from + 100; i++) {
        joins.add(catalog.join(spec("ü".repeat(250) + i, 1), "agent-1", Set.of()));
      }
      await(Future.all(joins));
    }

    assertThat(await(catalog.list(MemberFilter.ALL))).hasSize(members);
  }

  @Test
  void whatAnotherChangedIsReadAnewAndTheServersReturnChangesNothing() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    ServiceCatalog other = open();
    assertThat(await(other.list(MemberFilter.ALL))).hasSize(1);

    Member disabled = await(catalog.update(disable("h1", "why")));
    assertThat(await(other.list(MemberFilter.ALL))).containsExactly(disabled);

    server.kill();
    server.start();
    succeeds("the client is back", () -> await(other.update(disable("h1", "again"))));
    assertThat(await(other.list(MemberFilter.ALL)))
        .extracting(Member::disabledReason)
        .containsExactly("again");
    succeeds("the client is back", () -> await(catalog.delete(id("h1"))));
    assertThat(await(other.list(MemberFilter.ALL))).isEmpty();
  }

  @Test
  void aNodeThatWasMadeAgainIsNotTheOneThatWasRead() throws Exception {
    DocumentStore store = new ZooKeeperDocuments(vertx, uri(), true);
    try {
      await(store.open());
      Key key = new Key(Kind.MEMBER, "g", "h");
      await(store.write(key, "first", null));
      Document first = await(store.read(List.of(key))).get(0);
      await(store.remove(first));
      await(store.write(key, "second", null));

      assertThat(await(store.write(key, "over the second", first))).isFalse();
      assertThat(await(store.remove(first))).isFalse();
      assertThat(await(store.read(List.of(key))))
          .extracting(Document::text)
          .containsExactly("second");
    } finally {
      await(store.close());
    }
  }

  @Test
  @SuppressWarnings("try") // its close() may be interrupted, which ends the test
  void nodesThatAreNoMembersTakeNothingFromTheOthers() throws Exception {
    Member whole = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    String members = new ZooKeeperDocumentPaths(uri()).kind(Kind.MEMBER);
    try (ZooKeeper raw = server.connect()) {
      make(raw, members + "/compute/h2", "{}", Ids.OPEN_ACL_UNSAFE);
      make(raw, members + "/compute/h3", null, Ids.OPEN_ACL_UNSAFE);
      make(raw, members + "/compute/%zz", "{}", Ids.OPEN_ACL_UNSAFE);
      make(raw, members + "/compute/h4", "{}", nobodyReads());
      make(raw, members + "/locked", "", nobodyReads());
      make(raw, members + "/%", "", Ids.OPEN_ACL_UNSAFE);
      make(raw, members + "/%/h5", "", Ids.OPEN_ACL_UNSAFE);
    }

    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(whole);
    assertThat(catalog.unreadable().keySet())
        .containsExactlyInAnyOrder(
            "compute/h2", "compute/h3", "compute/%zz", "compute/h4", "locked", "%/h5");
  }

  @Test
  @SuppressWarnings("try") // its close() may be interrupted, which ends the test
  void whatWasKeptLeavesNoNodeBehind() throws Exception {
    DocumentStore store = new ZooKeeperDocuments(vertx, uri(), true);
    await(store.open());
    List<Key> keys = List.of(new Key(Kind.KEPT, "pod-1", "0"), new Key(Kind.KEPT, "pod-1", "1"));
    for (Key key : keys) {
      await(store.write(key, "{}", null));
    }
    String above = new ZooKeeperDocumentPaths(uri()).group(Kind.KEPT, "pod-1");
    try (ZooKeeper raw = server.connect()) {
      assertThat(raw.exists(above, false)).isNotNull();
      for (Key key : keys) {
        assertThat(await(store.remove(await(store.read(List.of(key))).get(0)))).isTrue();
      }

      assertThat(raw.exists(above, false)).isNull();
      assertThat(await(store.write(keys.get(0), "{}", null))).isTrue();
    } finally {
      await(store.close());
    }
  }

  @Test
  void oldTracesOfAGroupGoTogether() throws Exception {
    DocumentStore store = new ZooKeeperDocuments(vertx, uri(), true);
    await(store.open());
    long now = System.currentTimeMillis();
    for (int i = 0; i < 20; i++) {
      long order = i < 9 ? now - Duration.ofDays(31).toMillis() : now;
      await(store.write(new Key(Kind.REMOVAL, "compute", "h" + i), Long.toString(order), null));
    }
    ServiceCatalog another = open();
    await(
        "eleven traces",
        () -> {
          await(another.list(MemberFilter.ALL));
          return await(store.removals());
        },
        traces -> traces.size() <= 11);
    assertThat(await(store.removals())).hasSize(11);
    await(store.close());
  }

  private static void make(ZooKeeper raw, String path, String text, List<ACL> acl)
      throws Exception {
    byte[] data = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    raw.create(path, data, acl, CreateMode.PERSISTENT);
  }

  private static List<ACL> nobodyReads() {
    return new ArrayList<>(List.of(new ACL(Perms.ADMIN, Ids.ANYONE_ID_UNSAFE)));
  }
}

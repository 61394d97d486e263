package io.servicegroup.backend.memcached;

import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogContract;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.testkit.Members;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue in memcached, and what it does about what memcached loses. Two servers. */
class MemcachedCatalogIT extends ServiceCatalogContract {

  private static final int FLEET = 10_000;

  @Started private static MemcachedServer first;
  @Started private static MemcachedServer second;

  @BeforeEach
  void emptyServers() {
    for (MemcachedServer server : List.of(first, second)) {
      server.start();
      try (RawMemcached raw = new RawMemcached(server.port())) {
        raw.flushAll();
      }
    }
  }

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    return new MemcachedTechnology()
        .catalog(vertx, new AgentConfig.Catalog(uri(), AgentConfig.CreateTables.ALL));
  }

  @Override
  protected Optional<ServiceCatalog> createLater(Vertx vertx, Duration by) {
    Clock later = Clock.offset(Clock.systemUTC(), by);
    return Optional.of(new DocumentCatalog(vertx, new MemcachedDocuments(vertx, uri()), later));
  }

  private static BackendUri uri() {
    return BackendUri.parse(first.uri() + ",127.0.0.1:" + second.port());
  }

  /** All that a list reads takes longer than one call may. */
  @Test
  void aLongListOnASlowPathIsReadInPortions() throws Exception {
    int many = 4_000;
    Vertx vertx = Vertx.vertx();
    try (TcpProxy proxy = TcpProxy.to(first.port())) {
      BackendUri uri = BackendUri.parse(first.uri(proxy.port()));
      ServiceCatalog slow =
          new MemcachedTechnology()
              .catalog(vertx, new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL));
      await(slow.open());
      Map<String, Object> metadata = Map.of("note", "x".repeat(50));
      List<ServiceSpec> specs =
          IntStream.range(0, many)
              .mapToObj(
                  i ->
                      new ServiceSpec(
                          id("many-" + i), "nova-compute", 1, metadata, new Probe.None()))
              .toList();
      await(Future.all(slow.join(specs, "agent-1", Set.of("memcached"), 0)));
      proxy.delay(Duration.ofMillis(25));

      assertThat(await(slow.list(MemberFilter.ALL))).hasSize(many);
      proxy.pass();
      await(slow.close());
    }
    await(vertx.close());
  }

  private Member join(String host) throws Exception {
    return await(catalog.join(spec(host, 1), "agent-1", Set.of("memcached"))).member();
  }

  private List<Member> list() throws Exception {
    return await(catalog.list(MemberFilter.ALL));
  }

  private static void evict(String key) {
    for (MemcachedServer server : List.of(first, second)) {
      try (RawMemcached raw = new RawMemcached(server.port())) {
        raw.delete(key);
      }
    }
  }

  private static Member member(String group, String host) {
    return Members.of(group, host)
        .uuid("c7b2a2f0-0000-4000-8000-000000000001")
        .version(4)
        .metadata(Map.of("zone", "az1"))
        .disabled(true, "broken disk")
        .forcedDown(true)
        .incarnation(1_234_567, "abc")
        .agent("agent-1")
        .backends("memcached")
        .build();
  }

  @Test
  void namesOf255UnicodeCharacters() throws Exception {
    String group = "\uD835\uDD4F".repeat(255);
    String host = "日".repeat(255);
    Member joined =
        await(catalog.join(spec(group, host, host, 1), "agent-1", Set.of("memcached"))).member();
    join("h1");

    assertThat(await(catalog.find(joined.id()))).isEqualTo(joined);
    assertThat(await(catalog.list(new MemberFilter(group, null, null, null))))
        .containsExactly(joined);
    assertThat(list()).hasSize(2);
    await(catalog.delete(joined.id()));
    assertThat(list()).hasSize(1);
    assertThat(await(catalog.removal(joined))).isPresent();
  }

  @Test
  void hundredMembersThatTenAgentsJoinAtOnceAreAllListed() throws Exception {
    List<Future<ServiceCatalog.Joined>> joins = new ArrayList<>();
    for (int agent = 0; agent < 10; agent++) {
      ServiceCatalog each = open();
      for (int i = 0; i < 10; i++) {
        String host = "h" + agent + "-" + i;
        joins.add(each.join(spec(host, 1), "agent-" + agent, Set.of("memcached")));
      }
    }
    await(Future.all(joins));

    assertThat(list()).hasSize(100);
  }

  @Test
  void tenThousandMembersFit() throws Exception {
    for (int start = 0; start < FLEET; start += 500) {
      List<Future<Boolean>> stored = new ArrayList<>();
      for (int i = start; i < start + 500; i++) {
        stored.add(catalog.adopt(member("compute", "host-%05d.example.org".formatted(i))));
      }
      await(Future.all(stored));
    }
    assertThat(list()).hasSize(FLEET);
    try (RawMemcached raw = new RawMemcached(first.port())) {
      for (int part = 0; part < MemcachedIndex.PARTS; part++) {
        RawMemcached.Item names = raw.get(MemcachedKeys.index(part));
        assertThat(names == null ? 0 : names.value().length).isLessThan(16 * 1024);
      }
    }
  }

  @Test
  void nothingOfTheCatalogueExpiresButTheTraceOfADeletion() throws Exception {
    join("h1");
    String key = "servicegroup:catalog:member:compute/h1";
    assertThat(secondsLeft(key)).isEqualTo(-1);

    await(catalog.delete(id("h1")));

    assertThat(secondsLeft(key)).isBetween(86_000, 86_401);
    assertThat(list()).isEmpty();
    await("an empty index", () -> indexed().isEmpty());
  }

  private static int secondsLeft(String key) {
    try (RawMemcached one = new RawMemcached(first.port());
        RawMemcached other = new RawMemcached(second.port())) {
      return Math.max(one.secondsLeft(key), other.secondsLeft(key));
    }
  }

  /** Names in the index, as text. */
  private static String indexed() {
    StringBuilder all = new StringBuilder();
    for (MemcachedServer server : List.of(first, second)) {
      try (RawMemcached raw = new RawMemcached(server.port())) {
        for (int part = 0; part < MemcachedIndex.PARTS; part++) {
          RawMemcached.Item item = raw.get(MemcachedKeys.index(part));
          all.append(item == null || item.text().equals("{}") ? "" : item.text());
        }
      }
    }
    return all.toString();
  }

  @Test
  void aLostDocumentIsNoDeletionAndIsRestoredOnce() throws Exception {
    join("h2");
    join("h1");
    Member before = await(catalog.update(update("h1", true, "broken disk", true)));
    evict("servicegroup:catalog:member:compute/h1");

    assertThat(list()).hasSize(1);
    assertThat(await(catalog.removal(Member.uncatalogued(id("h1"))))).isEmpty();
    await("it is missed", () -> list().size() == 1 && catalog.lost().equals(Set.of(id("h1"))));
    ServiceCatalog other = open();
    List<Future<Boolean>> both = List.of(catalog.restore(before), other.restore(before));
    await(Future.all(both));

    assertThat(both).extracting(Future::result).containsExactlyInAnyOrder(true, false);
    assertThat(await(catalog.find(id("h1")))).isEqualTo(before);
    assertThat(list()).hasSize(2);
    assertThat(catalog.lost()).isEmpty();
    assertThat(await(catalog.restore(member("compute", "h1")))).as("over what is there").isFalse();
    assertThat(await(catalog.find(id("h1")))).isEqualTo(before);
  }

  @Test
  void whatWasDeletedIsNotRestored() throws Exception {
    Member before = join("h1");
    await(catalog.delete(id("h1")));

    assertThat(await(catalog.removal(Member.uncatalogued(id("h1"))))).isPresent();
    assertThat(await(catalog.restore(before))).isFalse();
    assertThat(list()).isEmpty();
    assertThat(join("h1").uuid()).isNotEqualTo(before.uuid());
    assertThat(list()).hasSize(1);
  }

  @Test
  void aLostIndexIsRebuiltByThoseWhoAskByName() throws Exception {
    Member h1 = join("h1");
    Member h2 = join("h2");
    for (int part = 0; part < MemcachedIndex.PARTS; part++) {
      evict(MemcachedKeys.index(part));
    }
    assertThat(list()).isEmpty();

    await(
        "it is there",
        () -> await(catalog.find(List.of(id("h1")))).size() == 1 && list().contains(h1));
    assertThat(await(catalog.removal(Member.uncatalogued(id("h2"))))).isEmpty();
    await("both", this::list, List.of(h1, h2)::equals);
  }

  @Test
  void aFlushedCatalogueBeginsAnewAndGenerationsDoNot() throws Exception {
    Member before = join("h1");
    emptyServers();
    assertThat(list()).isEmpty();
    assertThat(await(catalog.removal(Member.uncatalogued(id("h1"))))).isEmpty();

    Member after = join("h1");

    assertThat(after.incarnation().isNewerThan(before.incarnation())).isTrue();
    assertThat(list()).containsExactly(after);
  }

  @Test
  void withoutOneOfItsServersItSaysThatItCannotBeAsked() throws Exception {
    for (int i = 0; i < 20; i++) {
      join("h" + i);
    }
    second.kill();
    long since = System.nanoTime();
    assertThatThrownBy(this::list).hasMessageContaining("127.0.0.1:" + second.port());
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(10));

    second.start();
    succeeds("what was on the other", this::list, left -> !left.isEmpty() && left.size() < 20);
  }
}

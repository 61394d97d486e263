package io.servicegroup.backend.hazelcast;

import static io.servicegroup.catalog.Services.GROUP;
import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.client.HazelcastClient;
import com.hazelcast.core.DistributedObject;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore.Document;
import io.servicegroup.catalog.DocumentStore.Key;
import io.servicegroup.catalog.DocumentStore.Kind;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogContract;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue in Hazelcast: of somebody else's cluster, unless a test says otherwise. */
class HazelcastCatalogIT extends ServiceCatalogContract {

  @Started private static HazelcastServer server;
  private static HazelcastInstance cleaner;

  @BeforeAll
  static void startServer() throws Exception {
    BackendUri uri = BackendUri.parse(server.uri());
    cleaner = HazelcastClient.newHazelcastClient(HazelcastConfigs.client(uri, settings(uri)));
  }

  @AfterAll
  static void stopServer() {
    cleaner.shutdown();
  }

  @BeforeEach
  void emptyCluster() {
    cleaner.getDistributedObjects().forEach(DistributedObject::destroy);
  }

  private static LivenessSettings settings(BackendUri uri) {
    return new LivenessSettings(
        "hazelcast",
        "agent",
        uri,
        Duration.ofSeconds(1),
        Duration.ofSeconds(4),
        Duration.ofSeconds(1),
        Watch.OWN);
  }

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    return create(vertx, BackendUri.parse(server.uri()));
  }

  @Override
  protected Optional<ServiceCatalog> createLater(Vertx vertx, Duration by) {
    Clock later = Clock.offset(Clock.systemUTC(), by);
    return Optional.of(
        new DocumentCatalog(
            vertx, new HazelcastDocuments(vertx, BackendUri.parse(server.uri())), later));
  }

  private static ServiceCatalog create(Vertx vertx, BackendUri uri) {
    return new HazelcastTechnology()
        .catalog(vertx, new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL));
  }

  @Test
  void whatWasDeletedIsToldFromWhatWasLost() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    await(catalog.join(spec("h2", 1), "agent-1", Set.of()));

    await(catalog.delete(id("h1")));
    IMap<?, ?> members = cleaner.getMap(HazelcastConfigs.CATALOG + "member");
    members.clear();

    assertThat(await(catalog.removal(Member.uncatalogued(id("h1"))))).isPresent();
    assertThat(await(catalog.removal(Member.uncatalogued(id("h2"))))).isEmpty();
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    assertThat(await(catalog.removal(Member.uncatalogued(id("h1"))))).isEmpty();
  }

  @Test
  void whoeverWasOvertakenBeforeARemovalLeavesNoMarkOfIt() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    Vertx vertx = Vertx.vertx();
    HazelcastDocuments documents = new HazelcastDocuments(vertx, BackendUri.parse(server.uri()));
    try {
      await(documents.open());
      Key key = new Key(Kind.MEMBER, GROUP, "h1");
      Document judged = await(documents.read(List.of(key))).get(0);
      Member word = await(catalog.update(disable("h1", "why")));

      assertThat(await(documents.remove(judged))).isFalse();
      assertThat(await(documents.removed(List.of(key)))).isEmpty();
      Document now = await(documents.read(List.of(key))).get(0);
      assertThat(await(documents.remove(now))).isTrue();
      assertThat(await(documents.remove(now))).as("there is none").isFalse();
      assertThat(await(documents.removed(List.of(key)))).containsExactly(key);
      assertThat(word.disabled()).isTrue();
    } finally {
      await(documents.close());
      await(vertx.close());
    }
  }

  @Test
  void whatWasLostIsRestoredOnceAndWhatWasDeletedIsNot() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    Member deleted = await(catalog.join(spec("h2", 1), "agent-1", Set.of())).member();
    for (String kind : List.of("member", "claim")) {
      cleaner.getMap(HazelcastConfigs.CATALOG + kind).clear();
    }

    assertThat(await(catalog.restore(before))).isTrue();
    assertThat(await(open().restore(before))).as("over what is there").isFalse();
    assertThat(await(catalog.restore(deleted))).isTrue();
    await(catalog.delete(id("h2")));
    assertThat(await(catalog.restore(deleted))).as("what was deleted").isFalse();

    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(before);
  }

  @Test
  void catalogueAndBeatsOfAnAgentAreOneMemberOfTheCluster() throws Exception {
    int port = Ports.free();
    BackendUri uri = BackendUri.parse("hazelcast://127.0.0.1:%1$d/one?port=%1$d".formatted(port));
    Vertx vertx = Vertx.vertx();
    try (LivenessHarness beats =
        new LivenessHarness(vertx, settings(uri), HazelcastLivenessBackend::shared)) {
      beats.open();
      ServiceCatalog member = create(vertx, uri);
      await(member.open());
      await(member.join(spec("h1", 1), "agent-1", Set.of()));

      assertThat(instances(port)).isEqualTo(1);
      await(member.close());
      assertThat(instances(port)).isEqualTo(1);
    }
    assertThat(instances(port)).isZero();
    await(vertx.close());
  }

  private static long instances(int port) {
    return Hazelcast.getAllHazelcastInstances().stream()
        .filter(running -> running.getConfig().getNetworkConfig().getPort() == port)
        .count();
  }
}

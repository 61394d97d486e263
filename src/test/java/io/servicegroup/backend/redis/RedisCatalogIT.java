package io.servicegroup.backend.redis;

import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogContract;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue in Redis, as a user who has the rights that the documentation gives. */
class RedisCatalogIT extends ServiceCatalogContract {

  private static RedisServer server;

  @BeforeAll
  static void startServer() {
    server = RedisUser.documented().createServer(false);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void emptyServer() throws Exception {
    server.kill();
    server.startEmpty();
    // The connection that was there ends with the first that is asked on it.
    await(catalog.list(MemberFilter.ALL).otherwiseEmpty());
  }

  @Test
  void whatWasDeletedIsToldFromWhatWasLost() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    await(catalog.delete(id("h1")));
    assertThat(await(catalog.removal(Member.uncatalogued(id("h1"))))).isPresent();
    assertThat(await(catalog.removal(Member.uncatalogued(id("h2"))))).isEmpty();

    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));

    assertThat(await(catalog.removal(Member.uncatalogued(id("h1"))))).isEmpty();
  }

  @Test
  void whatWasLostIsRestoredOnceAndWhatWasDeletedIsNot() throws Exception {
    Member before = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    Member deleted = await(catalog.join(spec("h2", 1), "agent-1", Set.of())).member();
    emptyServer();

    assertThat(await(catalog.restore(before))).isTrue();
    assertThat(await(open().restore(before))).as("over what is there").isFalse();
    assertThat(await(catalog.restore(deleted))).isTrue();
    await(catalog.delete(id("h2")));
    assertThat(await(catalog.restore(deleted))).as("what was deleted").isFalse();

    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(before);
  }

  @Test
  void fieldsThatAreNoMembersTakeNothingFromTheOthers() throws Exception {
    Member whole = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    Vertx vertx = Vertx.vertx();
    Redis redis = Redis.createClient(vertx, "redis://127.0.0.1:" + server.port());
    String hash = new RedisKeys("_tooz").catalog("member");
    for (String field : List.of("compute:h9", "without a colon", "%zz:h8", "a%07b:h7", ":", "")) {
      String text = "{\"group\":\"compute\",\"host\":\"h9\"}";
      await(redis.send(Request.cmd(Command.HSET).arg(hash).arg(field).arg(text)));
    }
    await(vertx.close());

    assertThat(await(catalog.list(MemberFilter.ALL))).containsExactly(whole);
    assertThat(await(catalog.versions(null, null))).hasSize(1);
    assertThat(catalog.unreadable()).containsKeys("compute/h9", "without a colon", "%zz:h8");
  }

  @Test
  void thousandsAtOnceDoNotCostEachOtherTheConnection() throws Exception {
    List<Future<?>> joins = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      joins.add(catalog.join(spec("h" + i, 1), "agent-1", Set.of()));
    }
    await(Future.join(joins).otherwiseEmpty());

    assertThat(joins).filteredOn(Future::failed).extracting(Future::cause).isEmpty();
    List<Future<?>> deletions = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      deletions.add(catalog.delete(id("h" + i)));
    }
    await(Future.join(deletions).otherwiseEmpty());
    assertThat(deletions).filteredOn(Future::failed).extracting(Future::cause).isEmpty();
  }

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    BackendUri uri = BackendUri.parse(server.uri());
    return new RedisTechnology()
        .catalog(vertx, new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL));
  }

  @Override
  protected Optional<ServiceCatalog> createLater(Vertx vertx, Duration by) {
    Clock later = Clock.offset(Clock.systemUTC(), by);
    return Optional.of(
        new DocumentCatalog(
            vertx, new RedisDocuments(vertx, BackendUri.parse(server.uri())), later));
  }
}

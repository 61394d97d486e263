package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Services;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.SeenMember;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stores that come back with nothing have their catalogue again from who remembers it. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class EmptiedCatalogIT {

  /** More than are read or written at a time: 500, whatever the store. */
  private static final int DEAD = 700;

  private static final int AT_ONCE = 100;
  private static final String MEMBERS = "/v1/groups/" + Services.GROUP + "/members";

  static Stream<Supplier<BackendServer>> servers() {
    return Stream.of(RedisServer::create, MemcachedServer::create, HazelcastServer::create);
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aCatalogueThatComesBackEmptyIsRestoredAsItWas(Supplier<BackendServer> store)
      throws Exception {
    try (BackendServer server = store.get()) {
      fill(server);
      try (PairedAgent agent = agent(server)) {
        agent.send("POST", MEMBERS, new JsonObject().put("host", "h1").put("binary", "worker"));
        agent.send("PATCH", MEMBERS + "/h1", new JsonObject().put("forced_down", true));
        agent.send("PATCH", MEMBERS + "/h7", new JsonObject().put("disabled", true));
        String before = members(agent);
        await("all are followed", () -> agent.followed(Services.GROUP).size() > DEAD);
        await("with their words", () -> isFollowed(agent));

        server.kill();
        server.startEmpty();

        await("the same members", () -> members(agent), before::equals);
      }
    }
  }

  private static boolean isFollowed(PairedAgent agent) {
    return agent.followed(Services.GROUP).stream().filter(SeenMember::disabled).count() == 1
        && agent.followed(Services.GROUP).stream().filter(SeenMember::forcedDown).count() == 1;
  }

  private void fill(BackendServer server) throws Exception {
    Vertx vertx = Vertx.vertx();
    BackendUri uri = BackendUri.parse(server.uri());
    ServiceCatalog catalog =
        Technology.of(uri.scheme())
            .catalog(vertx, new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL));
    await(catalog.open());
    for (int from = 2; from < DEAD + 2; from += AT_ONCE) {
      List<Future<?>> joins = new ArrayList<>();
      for (int i = from; i < from + AT_ONCE; i++) {
        joins.add(catalog.join(Services.spec("h" + i, i), "agent-9", Set.of(server.scheme())));
      }
      await(Future.all(joins));
    }
    await(catalog.close());
    await(vertx.close());
  }

  private PairedAgent agent(BackendServer server) throws Exception {
    String yaml =
        """
        agent: {host: observer}
        catalog: {uri: "%s"}
        liveness: {report_interval: 1s, service_down_time: 5s, poll_interval: 500ms}
        watch: all
        http: {port: 0}
        """
            .formatted(server.uri());
    return PairedAgent.start(yaml);
  }

  /** The members as stored; empty where the list is from memory. */
  private static String members(PairedAgent agent) {
    try {
      JsonObject list = new JsonObject(agent.send("GET", MEMBERS, null).body());
      return list.getBoolean("stale")
          ? ""
          : list.getJsonArray("members").stream()
              .map(JsonObject.class::cast)
              .map(
                  member ->
                      Stream.of("host", "uuid", "version", "disabled", "forced_down", "incarnation")
                          .map(member::getValue)
                          .toList())
              .toList()
              .toString();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}

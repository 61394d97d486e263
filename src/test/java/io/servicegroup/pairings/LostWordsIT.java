package io.servicegroup.pairings;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.HazelcastServer;
import io.servicegroup.testkit.MemcachedServer;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.servicegroup.testkit.SeenMember;
import io.servicegroup.testkit.ZooKeeperServer;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What operators said holds, whatever becomes of the store, while an agent lives that knew it. */
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
class LostWordsIT {

  private static final String GROUP = "compute";
  private static final String MEMBERS = "/v1/groups/" + GROUP + "/members";
  private static final String H1 = MEMBERS + "/h1";
  private static final String H2 = MEMBERS + "/h2";
  private static final int SOME_READS = 20;

  static Stream<Supplier<BackendServer>> servers() {
    return Stream.of(
        () -> PostgresServer.create("fsync=off"),
        RedisServer::create,
        MemcachedServer::create,
        ZooKeeperServer::create,
        HazelcastServer::create);
  }

  /** One emptying shows both: whoever said a word is away, or the one it was said of is asleep. */
  @ParameterizedTest
  @MethodSource("servers")
  void inAnEmptiedStoreAForcedDownMemberStaysSoAndADeletedOneStaysDeleted(
      Supplier<BackendServer> store) throws Exception {
    try (BackendServer server = store.get();
        PairedAgent observer = observer(server);
        AgentProcess sleeper = AgentProcess.of(without(config(server, "own", "h2"), "http"))) {
      sleeper.launch();
      PairedAgent first = serving(server);
      await("UP", () -> status(observer), "UP"::equals);
      observer.send("PATCH", H1, new JsonObject().put("forced_down", true));
      await("DOWN", () -> status(observer), "DOWN"::equals);
      Object uuid = member(observer).getValue("uuid");
      await("the sleeper's member", () -> code(observer, H2), code -> code == 200);
      sleeper.awaitAnswer("/health/ready", 200);
      sleeper.process().signal("STOP");
      assertThat(observer.send("DELETE", H2, null).statusCode()).isEqualTo(204);
      first.close();
      int mark = observer.changes().mark();

      empty(server);
      sleeper.process().signal("CONT");
      try (PairedAgent second = serving(server)) {
        await("its word", () -> member(second).getBoolean("forced_down", false));
        await("its uuid", () -> member(second).getValue("uuid"), uuid::equals);
        await("a new life", () -> isNewLife(observer));
        await("no member", () -> sleeper.get(H2).statusCode(), status -> status == 404);
        settle(observer);

        assertThat(member(observer).getBoolean("forced_down")).isTrue();
        assertThat(member(observer).getValue("uuid")).isEqualTo(uuid);
        assertThat(member(second).getBoolean("forced_down")).isTrue();
        assertThat(code(observer, H2)).isEqualTo(404);
        assertThat(sleeper.get(H2).statusCode()).isEqualTo(404);
        assertThat(observer.changes().since(mark))
            .noneMatch(change -> change.status().name().equals("UP"));
      }
    }
  }

  @Test
  void aRedisThatComesBackOlderHasItsWordsBack() throws Exception {
    try (RedisServer server = RedisServer.create();
        PairedAgent observer = observer(server);
        PairedAgent serving = serving(server)) {
      await("UP", () -> status(observer), "UP"::equals);
      PairedAgent taker = serving;
      for (int i = 2; i < 10; i++) {
        taker.send("POST", MEMBERS, new JsonObject().put("host", "h" + i).put("binary", "worker"));
      }
      await("nine", () -> observer.followed(GROUP), all -> all.size() == 9);
      save(server);

      for (int i = 1; i < 9; i++) {
        JsonObject word =
            new JsonObject().put("forced_down", true).put("version", 40 + i).put("disabled", true);
        assertThat(observer.send("PATCH", MEMBERS + "/h" + i, word).statusCode()).isEqualTo(200);
      }
      assertThat(observer.send("DELETE", MEMBERS + "/h9", null).statusCode()).isEqualTo(204);
      server.kill();
      int mark = observer.changes().mark();
      server.start();

      await("all words", () -> stored(serving).equals(stored(observer)) && said(serving) == 8);
      settle(observer);
      assertThat(said(serving)).isEqualTo(8);
      assertThat(observer.send("GET", MEMBERS + "/h9", null).statusCode()).isEqualTo(404);
      assertThat(observer.changes().since(mark))
          .noneMatch(change -> change.status().name().equals("UP"));
    }
  }

  @Test
  void aDatabaseThatIsRestoredHasItsWordsBack() throws Exception {
    try (PostgresServer server = PostgresServer.create("fsync=off");
        PairedAgent observer = observer(server);
        PairedAgent serving = serving(server)) {
      await("UP", () -> status(observer), "UP"::equals);
      List<String> tables = List.of("services", "servicegroup_members", "servicegroup_words");
      tables.forEach(table -> server.execute("CREATE TABLE old_" + table + " AS TABLE " + table));
      observer.send("PATCH", H1, new JsonObject().put("forced_down", true).put("version", 41));
      await("DOWN", () -> status(observer), "DOWN"::equals);
      int mark = observer.changes().mark();

      server.execute(
          "BEGIN; TRUNCATE services, servicegroup_members, servicegroup_words; "
              + String.join(
                  "; ",
                  tables.stream()
                      .map(table -> "INSERT INTO " + table + " SELECT * FROM old_" + table)
                      .toList())
              + "; COMMIT");

      await(
          "its words",
          () -> server.number("SELECT count(*) FROM services WHERE forced_down AND version = 41"),
          rows -> rows == 1);
      settle(observer);
      assertThat(member(serving).getBoolean("forced_down")).isTrue();
      assertThat(observer.changes().since(mark))
          .noneMatch(change -> change.status().name().equals("UP"));
    }
  }

  /** The release before words had an order made the tables, and nobody else may. */
  @Test
  void whereNoOrdersAreKeptAMemberThatIsJoinedAgainIsSeenByAll() throws Exception {
    try (PostgresServer server = PostgresServer.create("fsync=off")) {
      server.execute(resource("services.sql") + resource("V001__members.sql"));
      try (PairedAgent observer = agent(leavingTables(config(server, "all", null)));
          PairedAgent serving = agent(leavingTables(config(server, "own", "h1")))) {
        await("UP", () -> status(observer), "UP"::equals);
        assertThat(serving.send("DELETE", H1, null).statusCode()).isEqualTo(204);
        await("nobody", () -> observer.followed(GROUP), List::isEmpty);
        JsonObject again =
            new JsonObject()
                .put("host", "h1")
                .put("binary", "worker")
                .put("probe", new JsonObject().put("type", "none"));

        assertThat(serving.send("POST", MEMBERS, again).statusCode()).isEqualTo(201);
        await("UP", () -> status(observer), "UP"::equals);
        settle(observer);
        assertThat(status(observer)).isEqualTo("UP");

        server.execute(resource("V002__words.sql"));
        await(
            "a word with an order",
            () -> {
              say(observer);
              return server.number("SELECT count(*) FROM servicegroup_words WHERE spoken > 0") == 1;
            });
      }
    }
  }

  private static void say(PairedAgent agent) {
    try {
      agent.send("PATCH", H1, new JsonObject().put("disabled", true));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static JsonObject leavingTables(JsonObject config) {
    config.getJsonObject("catalog").put("create_tables", "none");
    return config;
  }

  private static String resource(String name) throws Exception {
    try (InputStream in =
        LostWordsIT.class.getResourceAsStream("/io/servicegroup/backend/postgres/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JsonObject without(JsonObject config, String key) {
    config.remove(key);
    return config;
  }

  private static void save(RedisServer server) throws Exception {
    Vertx vertx = Vertx.vertx();
    Redis redis = Redis.createClient(vertx, server.uri());
    await(redis.send(Request.cmd(Command.SAVE)));
    await(vertx.close());
  }

  /** How many members of the store carry every word. */
  private static int said(PairedAgent agent) {
    return (int)
        list(agent).stream()
            .map(JsonObject.class::cast)
            .filter(it -> it.getBoolean("forced_down") && it.getBoolean("disabled"))
            .filter(it -> it.getInteger("version") > 40)
            .count();
  }

  private static String stored(PairedAgent agent) {
    return list(agent).stream()
        .map(JsonObject.class::cast)
        .map(it -> it.getString("host") + it.getValue("uuid") + it.getValue("version"))
        .toList()
        .toString();
  }

  private static JsonArray list(PairedAgent agent) {
    try {
      JsonObject list = new JsonObject(agent.send("GET", MEMBERS, null).body());
      return list.getBoolean("stale") ? new JsonArray() : list.getJsonArray("members");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean isNewLife(PairedAgent observer) {
    return observer.followed(GROUP).stream().anyMatch(SeenMember::forcedDown)
        && member(observer).getValue("incarnation") != null;
  }

  /** Whatever is to be undone would be undone by then. */
  private static void settle(PairedAgent agent) {
    for (int i = 0; i < SOME_READS; i++) {
      agent.pause();
    }
  }

  private static void empty(BackendServer server) {
    if (server instanceof PostgresServer database) {
      database.execute("TRUNCATE services, servicegroup_members, servicegroup_words");
    } else {
      server.kill();
      server.startEmpty();
    }
  }

  private static JsonObject member(PairedAgent agent) {
    try {
      return new JsonObject(agent.send("GET", H1, null).body());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static int code(PairedAgent agent, String path) {
    try {
      return agent.send("GET", path, null).statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static String status(PairedAgent agent) {
    return member(agent).getString("status", "");
  }

  private static PairedAgent observer(BackendServer server) throws Exception {
    return agent(config(server, "all", null));
  }

  private static PairedAgent serving(BackendServer server) throws Exception {
    return agent(config(server, "own", "h1"));
  }

  private static PairedAgent agent(JsonObject config) throws Exception {
    return PairedAgent.start(config.encode());
  }

  private static JsonObject config(BackendServer server, String watch, String host) {
    JsonObject service =
        new JsonObject().put("group", GROUP).put("host", host).put("binary", "worker");
    return new JsonObject()
        .put("agent", new JsonObject().put("host", host == null ? "observer" : host))
        .put("services", host == null ? new JsonArray() : new JsonArray().add(service))
        .put("catalog", new JsonObject().put("uri", server.uri()))
        .put(
            "liveness",
            new JsonObject()
                .put("report_interval", "500ms")
                .put("service_down_time", "3s")
                .put("poll_interval", "200ms"))
        .put("watch", watch)
        .put("http", new JsonObject().put("port", 0));
  }
}

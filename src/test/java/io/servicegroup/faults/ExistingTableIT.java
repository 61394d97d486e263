package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.EARLIEST_DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A table that others wrote and write, while PostgreSQL is one of two backends: each row is judged
 * by the beats in it, whatever the rule, and left as it is.
 */
class ExistingTableIT {

  private static final String OTHERS =
      """
      INSERT INTO services (created_at, host, "binary", topic, report_count, disabled, deleted,
        forced_down, version, uuid, last_seen_up) VALUES
        (now(), 'silent', 'nova-compute', 'compute', 12, true, 0, false, 61,
          gen_random_uuid()::text, now() - interval '1 year'),
        (now(), repeat('h', 255), repeat('b', 255), repeat('t', 255), 3, false, 0, false, 64,
          gen_random_uuid()::text, now()),
        (now(), 'removed', 'nova-compute', 'compute', 12, false, 4711, false, 61,
          gen_random_uuid()::text, now());
      INSERT INTO services (host, topic, report_count, deleted) VALUES ('nulls', 'nulls', 0, 0);
      INSERT INTO services (report_count, deleted) VALUES (0, 0);
      """;

  private static final String SHAPE =
      """
      SELECT (SELECT string_agg(a::text, '|' ORDER BY attnum) FROM pg_attribute a
          WHERE attrelid = 'services'::regclass)
        || (SELECT string_agg(indexdef, '|' ORDER BY indexname) FROM pg_indexes
          WHERE tablename = 'services')
        || (SELECT string_agg(c::text, '|' ORDER BY oid) FROM pg_constraint c
          WHERE conrelid = 'services'::regclass)
        || coalesce((SELECT reloptions::text FROM pg_class WHERE oid = 'services'::regclass), '')
        || (SELECT count(*) FROM pg_trigger WHERE tgrelid = 'services'::regclass)
      """;

  /** With the transaction that wrote each row last. */
  private static final String ROWS =
      "SELECT string_agg(xmin || ' ' || s::text, '|' ORDER BY id) FROM services s"
          + " WHERE host IS NULL OR host NOT IN ('theirs', 'elsewhere')";

  private static final String AGENTS_ROWS =
      "SELECT count(*) FROM servicegroup_members m JOIN services s ON s.id = m.service_id"
          + " WHERE host <> 'elsewhere'";

  private static PostgresServer database;
  private static RedisServer redis;
  private static String shape;
  private static String rows;
  private static AgentProcess any;
  private static AgentProcess all;

  @BeforeAll
  static void start() {
    database = PostgresServer.create("fsync=off");
    redis = RedisServer.create();
    database.execute(NovaTable.CREATE);
    database.execute(NovaTable.API_SERVICE);
    database.execute(OTHERS);
    shape = database.ask(SHAPE);
    rows = database.ask(ROWS);
    any = agent("any").start();
    all = agent("all").start();
    for (AgentProcess agent : List.of(any, all)) {
      // The three rows of OTHERS: the tests see what changes afterwards.
      agent.await(0, 3, change -> change.status().equals("DOWN"), PATIENCE);
    }
  }

  @AfterAll
  static void stop() {
    any.close();
    all.close();
    redis.close();
    database.close();
  }

  private static AgentProcess agent(String verdict) {
    JsonObject config = Configs.observer(database.uri());
    config.getJsonObject("catalog").put("create_tables", "own");
    config
        .getJsonObject("liveness")
        .put("verdict", verdict)
        .put("backends", JsonArray.of(database.uri(), redis.uri()));
    return AgentProcess.of(config);
  }

  @Test
  void isListedJudgedByItsBeatsAndLeftAsItIs() {
    for (AgentProcess agent : List.of(any, all)) {
      assertThat(statuses(agent))
          .containsExactlyInAnyOrderEntriesOf(
              Map.of(
                  "compute/silent",
                  "DOWN",
                  "nulls/nulls",
                  "DOWN",
                  "t".repeat(255) + "/" + "h".repeat(255),
                  "DOWN"));
    }
    try (NovaService theirs = NovaService.start(database, "theirs", "-1 hour")) {
      for (AgentProcess agent : List.of(any, all)) {
        agent.await(0, 1, change -> change.is("compute/theirs", "UP"), PATIENCE);
      }
      assertNobodyChanges(() -> redis.stop());
      // Then both are there again, and one of them knows nothing of that row, as before.
      assertNobodyChanges(() -> redis.start());
      int[] marks = {any.changes().mark(), all.changes().mark()};
      long stopped = theirs.stop();
      assertFound(any, marks[0], stopped);
      assertFound(all, marks[1], stopped);
    }
    assertThat(database.ask(ROWS)).isEqualTo(rows);
    assertThat(database.ask(SHAPE)).isEqualTo(shape);
    assertThat(database.ask(AGENTS_ROWS)).isEqualTo("0");
    anOperatorsWordChangesItsColumnsOnly();
  }

  private static void assertNobodyChanges(Runnable fault) {
    int[] marks = {any.changes().mark(), all.changes().mark()};
    fault.run();
    any.changes().during(DOWN.plus(REPORT.multipliedBy(2)));
    assertThat(any.changes().since(marks[0])).isEmpty();
    assertThat(all.changes().since(marks[1])).isEmpty();
  }

  @Test
  void aMemberThatBeatsElsewhereIsNotVotedDownByItsRow() {
    JsonObject config = Configs.sidecar(database.uri(), "elsewhere", List.of("elsewhere"));
    config.getJsonObject("catalog").put("create_tables", "own");
    config.getJsonObject("liveness").put("backends", JsonArray.of(redis.uri()));
    int[] marks = {any.changes().mark(), all.changes().mark()};
    try (AgentProcess sidecar = AgentProcess.of(config).start()) {
      any.await(marks[0], 1, change -> change.is("elsewhere/elsewhere", "UP"), PATIENCE);
      all.await(marks[1], 1, change -> change.is("elsewhere/elsewhere", "UP"), PATIENCE);
      assertNobodyChanges(() -> {});
      sidecar.process().kill();
      for (AgentProcess agent : List.of(any, all)) {
        Change down =
            agent.await(0, 1, change -> change.is("elsewhere/elsewhere", "DOWN"), PATIENCE).get(0);
        assertThat(down.backend()).isEqualTo("redis");
      }
    }
  }

  private static void assertFound(AgentProcess agent, int mark, long stopped) {
    Change down =
        agent.await(mark, 1, change -> change.is("compute/theirs", "DOWN"), PATIENCE).get(0);
    assertThat(down.after(stopped))
        .isBetween(EARLIEST_DOWN, LATEST_DOWN.plus(Duration.ofSeconds(1)));
    assertThat(down.backend()).isEqualTo("postgresql");
    assertThat(down.reason()).isEqualTo("heartbeat_timeout");
  }

  private static Map<String, String> statuses(AgentProcess agent) {
    Map<String, String> statuses = new TreeMap<>();
    for (String group : List.of("compute", "nulls", "t".repeat(255))) {
      JsonArray members =
          new JsonObject(agent.get("/v1/groups/" + group + "/members").body())
              .getJsonArray("members");
      for (int i = 0; i < members.size(); i++) {
        JsonObject member = members.getJsonObject(i);
        statuses.put(
            member.getString("group") + "/" + member.getString("host"), member.getString("status"));
      }
    }
    return statuses;
  }

  private static void anOperatorsWordChangesItsColumnsOnly() {
    String row = "SELECT to_jsonb(s) - '{%s}'::text[] FROM services s WHERE host = 'silent'";
    String others = row.formatted("disabled_reason,forced_down,updated_at");
    String before = database.ask(others);
    JsonObject change =
        new JsonObject()
            .put("disabled", true)
            .put("disabled_reason", "disk")
            .put("forced_down", true);
    assertThat(any.send("PATCH", "/v1/groups/compute/members/silent", change).statusCode())
        .isEqualTo(200);
    assertThat(database.ask(others)).isEqualTo(before);
    assertThat(database.ask("SELECT disabled_reason FROM services WHERE host = 'silent'"))
        .isEqualTo("disk");
  }
}

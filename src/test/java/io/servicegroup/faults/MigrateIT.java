package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.CatalogCopy;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Services;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Eventually;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code migrate} as a process, from a Nova database that has seen everything. */
class MigrateIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MEMBERS = 800;

  /** Of each four members Nova's own service beats for one, an agent for the others. */
  private static final String FILL =
      """
      INSERT INTO services (created_at, updated_at, host, "binary", topic, report_count, disabled,
        disabled_reason, deleted, forced_down, version, uuid, last_seen_up)
      SELECT now(), now(), 'host-' || i, 'nova-compute', 'compute', i, i %% 3 = 0,
        CASE WHEN i %% 3 = 0 THEN 'disk ' || i END, 0, i %% 7 = 0, i %% 5, gen_random_uuid()::text,
        now()
      FROM generate_series(1, %d) i;
      INSERT INTO servicegroup_members (service_id, generation, incarnation, agent, backends,
        metadata, joined_count)
      SELECT id, 3 * id, 3 * id || '-1f3a', 'agent-' || id %% 50, ARRAY['postgresql', 'redis'],
        jsonb_build_object('zone', jsonb_build_object('name', 'az-' || id), 'none', NULL), id
      FROM services WHERE report_count %% 4 <> 0;
      SELECT setval('servicegroup_generation', 50000);
      INSERT INTO services (host, "binary", topic, report_count, disabled, deleted, version, uuid)
        SELECT host, "binary", topic, 7, false, id, 1, gen_random_uuid()::text
        FROM services WHERE report_count %% 10 = 0;
      INSERT INTO services (host, topic, report_count, deleted) VALUES ('nulls', 'nulls', 0, 0);
      INSERT INTO services (host, "binary", topic, report_count, deleted)
        VALUES (repeat('h', 255), repeat('b', 255), repeat('t', 255), 0, 0);
      INSERT INTO services (host, "binary", report_count, disabled, deleted, forced_down)
        VALUES ('api-host', 'nova-osapi_compute', 0, false, 0, false);
      """;

  private static final String EVERYTHING =
      """
      SELECT md5((SELECT string_agg(s::text, '|' ORDER BY id) FROM services s)
        || (SELECT string_agg(m::text, '|' ORDER BY service_id) FROM servicegroup_members m)
        || (SELECT string_agg(v::text, '|') FROM servicegroup_schema v)
        || (SELECT last_value::text FROM servicegroup_generation))
      """;

  private static final String MEMBERS_THERE =
      """
      SELECT count(*) || ' ' || md5(string_agg(row::text, '|' ORDER BY topic, host)) FROM (
        SELECT s.topic, s.host, coalesce(s."binary", s.topic), s.uuid, coalesce(s.version, 0),
          coalesce(s.disabled, false), s.disabled_reason, coalesce(s.forced_down, false),
          m.generation, m.incarnation, m.agent, m.backends, m.metadata, m.state
        FROM services s LEFT JOIN servicegroup_members m ON m.service_id = s.id
        WHERE s.deleted = 0 AND s.topic IS NOT NULL AND s.host IS NOT NULL) row
      """;

  @TempDir private Path directory;

  @Started("fsync=off")
  private static PostgresServer server;

  private static final Migrations MIGRATIONS = new Migrations();

  @BeforeAll
  static void start() throws IOException {
    server.execute(NovaTable.CREATE);
    server.execute(ours());
    server.execute(FILL.formatted(MEMBERS));
    server.execute("CREATE DATABASE target");
    server.execute("CREATE DATABASE third");
    server.execute("CREATE DATABASE empty");
  }

  @AfterAll
  static void close() {
    MIGRATIONS.close();
  }

  private static String ours() throws IOException {
    try (InputStream sql =
        MigrateIT.class.getResourceAsStream(
            "/io/servicegroup/backend/postgres/V001__members.sql")) {
      return new String(sql.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String uri(String database) {
    return server.uri().replaceFirst("/postgres$", "/" + database);
  }

  private static String ask(String database, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database,
                "postgres",
                PostgresServer.PASSWORD);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    }
  }

  private ManagedProcess migrate(String from, String to) {
    List<String> command = AgentProcess.command("migrate", "--from", from, "--to", to);
    return ManagedProcess.start(
        "migrate",
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true));
  }

  private String finish(ManagedProcess process, int exit) {
    assertThat(process.awaitExit(PATIENCE)).as(process.tail()).isEqualTo(exit);
    String output = String.join("\n", process.output().since(0));
    assertThat(output).doesNotContain(PostgresServer.PASSWORD);
    return output;
  }

  @Test
  void thatIsKilledAtAnyMomentAndStartedAgainEndsCompleteAndWithoutDoubles() throws Exception {
    String before = ask("postgres", EVERYTHING);
    List<Integer> there = new ArrayList<>();
    // A line for each part, before it is written: nothing is there at the first.
    for (int lines : List.of(1, 4)) {
      try (ManagedProcess process = migrate(uri("postgres"), uri("target"))) {
        process.output().await(0, lines, line -> line.contains(" members, "), PATIENCE);
        process.kill();
        process.awaitExit(PATIENCE);
      }
      there.add(Integer.parseInt(ask("target", "SELECT count(*) FROM services")));
    }
    assertThat(there).isSorted().allMatch(count -> count < MEMBERS + 2);
    assertThat(there.get(1)).isPositive();

    try (ManagedProcess process = migrate(uri("postgres"), uri("target"))) {
      assertThat(finish(process, 0))
          .contains("Complete: all " + (MEMBERS + 2) + " members")
          .contains("%d of %d members, 0 written".formatted(there.get(1), MEMBERS + 2));
    }

    assertThat(ask("target", MEMBERS_THERE)).isEqualTo(ask("postgres", MEMBERS_THERE));
    assertThat(ask("target", "SELECT count(*) FROM services")).isEqualTo("" + (MEMBERS + 2));
    assertThat(ask("postgres", EVERYTHING)).isEqualTo(before);
    joinsAreNewerAndStay();
    embeddedIsATargetAndASource();
    assertThat(ask("postgres", EVERYTHING)).isEqualTo(before);
  }

  private void joinsAreNewerAndStay() throws Exception {
    String newest = ask("target", "SELECT max(generation) FROM servicegroup_members");
    ServiceCatalog catalog = MIGRATIONS.catalog(uri("target"));
    Eventually.await(catalog.join(Services.spec("host-1", 1), "agent-1", Set.of("redis")));
    Eventually.await(catalog.close());
    String host1 =
        """
        SELECT generation FROM servicegroup_members m JOIN services s ON s.id = m.service_id
         WHERE host = 'host-1' AND deleted = 0
        """;
    String joined = ask("target", host1);
    assertThat(Long.parseLong(joined)).isGreaterThan(Long.parseLong(newest));
    try (ManagedProcess process = migrate(uri("postgres"), uri("target"))) {
      assertThat(finish(process, 0)).contains("1 of them joined in the target since");
    }
    assertThat(ask("target", host1)).isEqualTo(joined);
  }

  private void embeddedIsATargetAndASource() throws Exception {
    try (ManagedProcess process = migrate(uri("postgres"), "embedded:")) {
      assertThat(finish(process, 0)).contains("Complete: all " + (MEMBERS + 2) + " members");
    }
    assertThat(Files.exists(directory.resolve("data"))).isTrue();
    try (ManagedProcess process = migrate("embedded:", uri("third"))) {
      assertThat(finish(process, 0)).contains("Complete: all " + (MEMBERS + 2) + " members");
    }
    assertThat(ask("third", MEMBERS_THERE)).isEqualTo(ask("postgres", MEMBERS_THERE));
  }

  @Test
  void fromADatabaseWithoutOurTablesMakesNone() throws Exception {
    try (ManagedProcess process = migrate(uri("empty"), uri("third"))) {
      assertThat(finish(process, 3).lines().toList())
          .singleElement()
          .asString()
          .startsWith("--from: postgresql://postgres:***@")
          .doesNotContain("catalog.create_tables");
    }
    assertThat(ask("empty", "SELECT to_regclass('servicegroup_members')")).isNull();
  }

  @Test
  void aTargetThatGoesAwayIsToldAndMayBeStartedAgain() throws Exception {
    server.execute("CREATE DATABASE fourth");
    try (ManagedProcess process = migrate(uri("postgres"), uri("fourth"))) {
      process.output().await(0, 2, line -> line.contains(" members, "), PATIENCE);
      server.execute("DROP DATABASE fourth WITH (FORCE)");
      assertThat(finish(process, 1)).contains("fourth");
    }
    server.execute("CREATE DATABASE fourth");
    CatalogCopy.Outcome outcome = MIGRATIONS.run(uri("postgres"), uri("fourth"));
    assertThat(outcome.different()).isEmpty();
    assertThat(outcome.members()).isEqualTo(MEMBERS + 2);
  }
}

package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogContract;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.testkit.PgBouncer;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue's contract on PostgreSQL, and what is special about Nova's table. */
class PostgresCatalogIT extends ServiceCatalogContract {

  /** As Nova's own migrations make it: no defaults. */
  private static final String NOVA =
      """
      CREATE TABLE services (created_at timestamp, updated_at timestamp, deleted_at timestamp,
        id serial PRIMARY KEY, host varchar(255), "binary" varchar(255), topic varchar(255),
        report_count integer NOT NULL, disabled boolean, deleted integer,
        disabled_reason varchar(255), last_seen_up timestamp, forced_down boolean,
        version integer, uuid varchar(36),
        CONSTRAINT uniq_services0host0topic0deleted UNIQUE (host, topic, deleted),
        CONSTRAINT uniq_services0host0binary0deleted UNIQUE (host, "binary", deleted));
      CREATE UNIQUE INDEX services_uuid_idx ON services (uuid);
      """;

  private static final String DROP =
      """
      DROP TABLE IF EXISTS services, servicegroup_schema, servicegroup_members,
        servicegroup_canaries; DROP SEQUENCE IF EXISTS servicegroup_generation
      """;

  private static PostgresServer server;
  private CreateTables createTables = CreateTables.ALL;
  private String uri;

  @BeforeAll
  static void startServer() {
    server = PostgresServer.create();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void emptyTheStore() {
    // Runs after the super class has opened its catalogue, which made the tables.
    server.execute("TRUNCATE services, servicegroup_members");
  }

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    String where = uri == null ? server.uri() : uri;
    return new PostgresCatalogFactory()
        .create(vertx, new AgentConfig.Catalog(BackendUri.parse(where), createTables));
  }

  @Test
  void neverTouchesTheBeats() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    server.execute(
        "UPDATE services SET report_count = 41, last_seen_up = '2026-01-02 03:04:05.678'");

    await(catalog.join(spec("h1", 2), "agent-2", Set.of()));
    await(catalog.update(disable("h1", "why")));
    Member member = await(catalog.find(id("h1")));

    assertThat(server.ask("SELECT report_count || ' ' || last_seen_up FROM services"))
        .isEqualTo("41 2026-01-02 03:04:05.678");
    assertThat(member.lastSeenUp()).isEqualTo("2026-01-02T03:04:05.678Z");
    assertThat(server.number("SELECT joined_count FROM servicegroup_members")).isEqualTo(41);
  }

  @Test
  void everyChangeIsFoundByWhoeverPollsOurRows() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    String joined = server.ask("SELECT changed FROM servicegroup_members");
    server.execute("UPDATE servicegroup_members SET state = 'failed', state_reason = 'refused'");

    await(catalog.update(disable("h1", "why")));
    String updated = server.ask("SELECT changed FROM servicegroup_members");
    assertThat(server.ask("SELECT state FROM servicegroup_members")).isEqualTo("failed");
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));

    assertThat(Long.parseLong(updated)).isGreaterThan(Long.parseLong(joined));
    assertThat(server.ask("SELECT state FROM servicegroup_members")).isEqualTo("alive");
    assertThat(server.number("SELECT count(state_reason) FROM servicegroup_members")).isZero();
    assertThat(server.number("SELECT changed::text::bigint FROM servicegroup_members"))
        .isGreaterThan(Long.parseLong(updated));
  }

  @Test
  void deletesSoftlyAndStampsInUtc() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    await(catalog.delete(id("h1")));
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));

    assertThat(server.number("SELECT count(*) FROM services WHERE deleted = id")).isEqualTo(1);
    assertThat(
            server.number(
                """
                SELECT count(*) FROM services WHERE deleted = id
                  AND abs(extract(epoch FROM deleted_at - (now() AT TIME ZONE 'utc'))) < 60
                  AND abs(extract(epoch FROM created_at - (now() AT TIME ZONE 'utc'))) < 60
                """))
        .isEqualTo(1);
    assertThat(server.number("SELECT count(*) FROM servicegroup_members")).isEqualTo(1);
  }

  @Test
  void takesOverARowOfNova() throws Exception {
    server.execute(
        """
        INSERT INTO services (host, "binary", topic, report_count, deleted)
        VALUES ('h1', 'nova-compute', 'compute', 7, 0)
        """);

    Member written = await(catalog.find(id("h1")));
    ServiceCatalog.Joined joined = await(catalog.join(spec("h1", 3), "agent-1", Set.of()));

    assertThat(written.incarnation()).isNull();
    assertThat(written.version()).isZero();
    assertThat(joined.created()).isFalse();
    assertThat(joined.member().uuid()).isNull();
    assertThat(joined.member().incarnation()).isNotNull();
    assertThat(server.number("SELECT joined_count FROM servicegroup_members")).isEqualTo(7);
  }

  @Test
  void leavesOutWhatIsNoMember() throws Exception {
    server.execute(
        """
        INSERT INTO services (host, "binary", topic, report_count, deleted) VALUES
        ('h1', 'nova-osapi_compute', NULL, 0, 0), (NULL, 'nova-x', 'compute', 0, 0),
        ('h' || chr(7), 'nova-compute', 'compute', 0, 0), ('h2', NULL, 'compute', 0, 0)
        """);

    assertThat(await(catalog.list(MemberFilter.ALL)))
        .singleElement()
        .satisfies(member -> assertThat(member.id()).isEqualTo(id("h2")))
        .satisfies(member -> assertThat(member.binary()).isEqualTo("compute"));
  }

  @Test
  void aMemberThatNoAgentJoinedHasNoPlaceForMetadata() throws Exception {
    server.execute(
        """
        INSERT INTO services (host, "binary", topic, report_count, deleted)
        VALUES ('h1', 'nova-compute', 'compute', 7, 0)
        """);
    MemberUpdate update =
        new MemberUpdate(
            id("h1"),
            Optional.empty(),
            Optional.empty(),
            Optional.of(true),
            Optional.empty(),
            Optional.of(Map.of("zone", "az1")));

    assertRefused(409, () -> await(catalog.update(update))).hasMessageContaining("metadata");
    assertThat(await(catalog.find(id("h1"))).forcedDown()).isFalse();
    assertThat(await(catalog.update(disable("h1", "why"))).disabled()).isTrue();
  }

  @Test
  void tellsOfEveryChange() throws Exception {
    AtomicReference<Promise<Void>> told = new AtomicReference<>(Promise.promise());
    assertThat(await(open().watch(() -> told.get().tryComplete()))).isTrue();
    List<Supplier<Future<?>>> changes =
        List.of(
            () -> catalog.join(spec("h1", 1), "agent-1", Set.of()),
            () -> catalog.update(disable("h1", "why")),
            () -> catalog.delete(id("h1")));

    for (Supplier<Future<?>> change : changes) {
      Promise<Void> next = Promise.promise();
      told.set(next);
      await(change.get());
      await(next.future());
    }
  }

  @Test
  void worksThroughATransactionPooler() throws Exception {
    try (PgBouncer bouncer = PgBouncer.start(server, 2)) {
      uri = bouncer.uri();
      ServiceCatalog pooled = open();
      assertThat(await(pooled.watch(() -> {}))).isFalse();
      List<Future<ServiceCatalog.Joined>> joins = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        joins.add(pooled.join(spec("h" + i % 5, i), "agent-" + i, Set.of("postgresql")));
      }
      await(Future.all(joins));
      await(pooled.update(disable("h1", "why")));
      await(pooled.delete(id("h2")));

      assertThat(await(pooled.list(MemberFilter.ALL))).hasSize(4);
      assertThat(await(pooled.versions(GROUP, null))).hasSize(1);
    }
  }

  @Test
  void ownLeavesNovasTableAlone() throws Exception {
    server.execute(DROP);
    server.execute(NOVA);
    String before = shapeOfServices();
    createTables = CreateTables.OWN;

    ServiceCatalog own = open();
    await(own.join(spec("h1", 1), "agent-1", Set.of()));

    assertThat(shapeOfServices()).isEqualTo(before);
    assertThat(server.number("SELECT count(*) FROM services WHERE report_count = 0")).isEqualTo(1);
  }

  @Test
  void ownNeedsNovasTable() {
    server.execute(DROP);
    createTables = CreateTables.OWN;
    try {
      assertThatThrownBy(this::open)
          .hasMessageContaining("catalog.create_tables is own")
          .hasMessageContaining("no table services");
    } finally {
      server.execute(script(CreateTables.ALL));
    }
  }

  @Test
  void noneOnlyChecksAndTheScriptMakesWhatItChecks() throws Exception {
    server.execute(DROP);
    createTables = CreateTables.NONE;

    assertThatThrownBy(this::open)
        .hasMessageContaining("catalog.create_tables is none")
        .hasMessageContaining("schema")
        .hasMessageNotContaining(PostgresServer.PASSWORD);
    assertThat(server.number("SELECT count(*) FROM pg_class WHERE relname = 'services'")).isZero();

    server.execute(script(CreateTables.NONE));
    await(open().join(spec("h1", 1), "agent-1", Set.of()));
  }

  @Test
  void refusesATableThatIsNotNovas() {
    server.execute(DROP);
    server.execute("CREATE TABLE services (id integer, host text)");
    try {
      assertThatThrownBy(this::open).hasMessageContaining("it lacks binary, created_at");
    } finally {
      server.execute(DROP);
      server.execute(script(CreateTables.ALL));
    }
  }

  @Test
  void manyAgentsMakeTheTablesAtOnce() throws Exception {
    server.execute(DROP);
    List<Future<Void>> opening = new ArrayList<>();
    Vertx vertx = Vertx.vertx();
    List<ServiceCatalog> agents = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      agents.add(create(vertx));
    }
    agents.forEach(agent -> opening.add(agent.open()));
    await(Future.all(opening));

    assertThat(server.number("SELECT count(*) FROM servicegroup_schema")).isEqualTo(1);
    await(Future.all(agents.stream().map(ServiceCatalog::close).toList()));
    await(vertx.close());
  }

  @Test
  void aUserWithoutRightsIsToldWhatToDo() {
    server.execute(DROP);
    server.execute("CREATE USER reader PASSWORD '" + PostgresServer.PASSWORD + "'");
    server.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    BackendUri full = BackendUri.parse(server.uri());
    uri =
        new BackendUri(
                full.scheme(),
                "reader",
                PostgresServer.PASSWORD,
                full.hosts(),
                full.path(),
                full.options())
            .text();
    try {
      assertThatThrownBy(this::open)
          .hasMessageContaining("permission denied")
          .hasMessageContaining("catalog.create_tables: none");
    } finally {
      server.execute("GRANT CREATE ON SCHEMA public TO PUBLIC");
      server.execute("DROP USER reader");
      server.execute(script(CreateTables.ALL));
    }
  }

  private static String script(CreateTables createTables) {
    return new PostgresCatalogFactory()
        .schema(new AgentConfig.Catalog(BackendUri.parse(server.uri()), createTables));
  }

  private static String shapeOfServices() {
    return server.ask(
        """
        SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull
          || ' ' || atthasdef, ', ' ORDER BY attnum) || coalesce(reloptions::text, '')
        FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
        WHERE relname = 'services' AND attnum > 0 GROUP BY reloptions
        """);
  }
}

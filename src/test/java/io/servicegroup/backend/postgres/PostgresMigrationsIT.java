package io.servicegroup.backend.postgres;

import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.bus.Topics;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Concern;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which tables an agent makes, finds or misses. */
@Timeout(120)
class PostgresMigrationsIT {

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
        servicegroup_canaries, servicegroup_words, servicegroup_joined, servicegroup_mirrored;
      DROP SEQUENCE IF EXISTS servicegroup_generation
      """;

  @Started private static PostgresServer server;
  private final List<ServiceCatalog> opened = new ArrayList<>();
  private Vertx vertx;
  private String uri;

  @BeforeEach
  void dropEverything() {
    vertx = Vertx.vertx();
    uri = server.uri();
    server.execute(DROP);
  }

  @AfterEach
  void closeEverything() throws Exception {
    for (ServiceCatalog catalog : opened) {
      await(catalog.close());
    }
    await(vertx.close());
  }

  private ServiceCatalog create(CreateTables createTables) {
    ServiceCatalog catalog =
        new PostgresTechnology()
            .catalog(vertx, new AgentConfig.Catalog(BackendUri.parse(uri), createTables));
    opened.add(catalog);
    return catalog;
  }

  private ServiceCatalog open(CreateTables createTables) throws Exception {
    ServiceCatalog catalog = create(createTables);
    await(catalog.open());
    return catalog;
  }

  @Test
  void ownLeavesNovasTableAlone() throws Exception {
    server.execute(NOVA);
    String before = shapeOfServices();

    ServiceCatalog own = open(CreateTables.OWN);
    await(own.join(spec("h1", 1), "agent-1", Set.of()));

    assertThat(shapeOfServices()).isEqualTo(before);
    assertThat(server.number("SELECT count(*) FROM services WHERE report_count = 0")).isEqualTo(1);
  }

  @Test
  void ownNeedsNovasTable() {
    assertThatThrownBy(() -> open(CreateTables.OWN))
        .hasMessageContaining("catalog.create_tables is own")
        .hasMessageContaining("no table services");
  }

  @Test
  void noneOnlyChecksAndTheScriptMakesWhatItChecks() throws Exception {

    assertThatThrownBy(() -> open(CreateTables.NONE))
        .hasMessageContaining("catalog.create_tables is none")
        .hasMessageContaining("schema")
        .hasMessageNotContaining(PostgresServer.PASSWORD);
    assertThat(server.number("SELECT count(*) FROM pg_class WHERE relname = 'services'")).isZero();

    server.execute(script(CreateTables.NONE));
    await(open(CreateTables.NONE).join(spec("h1", 1), "agent-1", Set.of()));
  }

  @Test
  void refusesATableThatIsNotNovas() {
    server.execute("CREATE TABLE services (id integer, host text)");
    assertThatThrownBy(() -> open(CreateTables.ALL))
        .hasMessageContaining("it lacks binary, created_at");
  }

  @Test
  void manyAgentsMakeTheTablesAtOnce() throws Exception {
    List<Future<Void>> opening = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      opening.add(create(CreateTables.ALL).open());
    }
    await(Future.all(opening));

    assertThat(server.number("SELECT count(*) FROM servicegroup_schema")).isEqualTo(5);
  }

  @Test
  void doesWithoutTheOrderOfWordsWhereTheTablesAreOlder() throws Exception {
    await(open(CreateTables.ALL).join(spec("h1", 1), "agent-1", Set.of()));
    server.execute(
        "DROP TABLE servicegroup_words, servicegroup_joined, servicegroup_mirrored;"
            + " DELETE FROM servicegroup_schema WHERE version > 1");

    ServiceCatalog old = open(CreateTables.NONE);

    Member joined = await(old.join(spec("h1", 2), "agent-2", Set.of())).member();
    Member disabled = await(old.update(disable("h1", "why")));
    assertThat(disabled.disabled()).isTrue();
    assertThat(disabled.wordsOrder()).isZero();
    assertThat(await(old.list(MemberFilter.ALL))).containsExactly(disabled);
    assertThat(await(old.putBack(joined.withWordsOrder(7)))).isEqualTo(disabled);
    assertThat(await(old.confirm(disabled, 7))).isEqualTo(disabled);
    assertThat(await(old.removeAgain(disabled.withWordsOrder(7)))).isFalse();
    assertThat(await(old.adopt(disabled.withWordsOrder(7)))).isFalse();
    await(old.delete(id("h1")));
    assertThat(await(old.removal(disabled))).isPresent();
    assertThat(await(old.removal(disabled))).hasValue(0);
    server.execute("TRUNCATE services, servicegroup_members");
    assertThat(await(old.restore(disabled))).isTrue();
  }

  @Test
  void keepsNothingForARestartWhereTheTablesAreOlder() throws Exception {
    open(CreateTables.ALL);
    server.execute(
        "DROP TABLE servicegroup_joined, servicegroup_mirrored;"
            + " DELETE FROM servicegroup_schema WHERE version > 2");

    ServiceCatalog old = open(CreateTables.NONE);

    JsonObject what = new JsonObject().put("why", "x");
    assertThat(await(old.changeRejoinRecords("host-1:8080", Map.of(id("h1"), what), Set.of())))
        .isFalse();
    assertThat(await(old.rejoinRecords("host-1:8080"))).isEmpty();
    await(old.join(spec("h1", 1), "agent-1", Set.of()));
    assertThat(await(old.update(disable("h1", "why"))).wordsOrder())
        .as("the order of words is there nevertheless")
        .isPositive();
  }

  @Test
  void aTableThatSomebodyDroppedIsMadeAgain() throws Exception {
    ServiceCatalog catalog = open(CreateTables.ALL);
    Member joined = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    List<Supplier<Future<?>>> calls =
        List.of(
            () -> catalog.update(disable("h1", "why")),
            () -> catalog.list(MemberFilter.ALL),
            () -> catalog.putBack(joined.withWordsOrder(7)),
            () -> catalog.confirm(joined, 8),
            () -> catalog.removals(List.of(joined)),
            () -> catalog.join(spec("h1", 1), "agent-1", Set.of()),
            () -> catalog.removeAgain(joined.withWordsOrder(9)));
    for (int i = 0; i < calls.size(); i++) {
      server.execute("DROP TABLE servicegroup_words");
      Future<?> call = calls.get(i).get();
      await(call.otherwiseEmpty());

      assertThat(call.cause()).as("call %d", i).isNull();
      assertThat(server.ask("SELECT to_regclass('servicegroup_words')"))
          .as("call %d", i)
          .isNotNull();
    }
    server.execute("DROP TABLE servicegroup_joined");
    assertThat(await(catalog.rejoinRecords("host-1:8080"))).isEmpty();
    assertThat(server.ask("SELECT to_regclass('servicegroup_joined')")).isNotNull();
    server.execute("DROP TABLE servicegroup_words");
    open(CreateTables.OWN);
    assertThat(server.ask("SELECT to_regclass('servicegroup_words')")).as("a start").isNotNull();
  }

  @Test
  void aDroppedTableThatMayNotBeMadeIsOneConcern() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    await(open(CreateTables.ALL).join(spec("h1", 1), "agent-1", Set.of()));
    ServiceCatalog none = open(CreateTables.NONE);
    server.execute("DROP TABLE servicegroup_words");

    for (int i = 0; i < 3; i++) {
      Future<List<Member>> list = none.list(MemberFilter.ALL);
      await(list.otherwiseEmpty());
      assertThat(list.succeeded()).as("list %d", i).isTrue();
    }
    assertThat(await(none.update(disable("h1", "why"))).disabled()).isTrue();

    Concern raised = next(concerns);
    assertThat(raised).isNotNull();
    assertThat(raised.about()).isEqualTo("catalog");
    assertThat(raised.text()).contains("servicegroup_words", "create_tables is none", "schema");
    assertThat(concerns).isEmpty();
    server.execute(script(CreateTables.OWN));
    while (concerns.isEmpty()) {
      await(none.list(MemberFilter.ALL));
    }
    assertThat(concerns.take().text()).as("a DBA made it").isNull();
    assertThat(await(none.update(disable("h1", "again"))).wordsOrder()).isPositive();
  }

  @Test
  void aCatalogueDoesWithoutWhatOnlyBeatsBesideAnotherNeed() throws Exception {
    BlockingQueue<Concern> concerns = new LinkedBlockingQueue<>();
    Topics.CONCERN.consume(vertx, concerns::add);
    open(CreateTables.ALL);
    server.execute(
        "DROP TABLE servicegroup_joined, servicegroup_mirrored;"
            + " DELETE FROM servicegroup_schema WHERE version > 2");

    open(CreateTables.NONE);

    Concern raised = next(concerns);
    assertThat(raised.text()).contains("servicegroup_joined").doesNotContain("mirrored");
  }

  @Test
  void aUserWithoutRightsIsToldWhatToDo() {
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
    assertThatThrownBy(() -> open(CreateTables.ALL))
        .hasMessageContaining("permission denied")
        .hasMessageContaining("catalog.create_tables: none");
    server.execute("GRANT CREATE ON SCHEMA public TO PUBLIC");
    server.execute("DROP USER reader");
  }

  private static String script(CreateTables createTables) {
    return new PostgresTechnology()
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

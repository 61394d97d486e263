package io.servicegroup.backend.postgres;

import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.succeeds;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** Tests which changes of {@code services} are announced, by whom, and how often. */
@Timeout(120)
class PostgresChangeTriggersIT {

  /** As Nova's own migrations make the table. */
  static final String NOVA =
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
      "DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT ALL ON SCHEMA public TO PUBLIC";

  private static final String TRIGGERS =
      "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'servicegroup%'";

  private static final String INSERT =
      "INSERT INTO services (topic, host, \"binary\", report_count) VALUES ('compute', '%s', '%s',"
          + " 0)";

  private static final String SESSIONS =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'servicegroup%'";

  private static final String CALLS =
      "SELECT coalesce(sum(calls), 0) FROM pg_stat_user_functions"
          + " WHERE funcname = 'servicegroup_announce'";

  @Started({"fsync=off", "track_functions=all"})
  private static PostgresServer server;

  private final List<ServiceCatalog> opened = new ArrayList<>();
  private Vertx vertx;
  private Connection listening;

  @BeforeEach
  void listen() throws SQLException {
    vertx = Vertx.vertx();
    server.execute(DROP);
    listening = server.connect();
    try (Statement statement = listening.createStatement()) {
      statement.execute("LISTEN servicegroup");
    }
  }

  @AfterEach
  void close() throws SQLException {
    opened.forEach(catalog -> await(catalog.close()));
    listening.close();
    await(vertx.close());
  }

  private ServiceCatalog open(String uri, CreateTables createTables) {
    ServiceCatalog catalog =
        new PostgresTechnology()
            .catalog(vertx, new AgentConfig.Catalog(BackendUri.parse(uri), createTables));
    opened.add(catalog);
    await(catalog.open());
    return catalog;
  }

  private ServiceCatalog open(CreateTables createTables) {
    return open(server.uri(), createTables);
  }

  private static Telling telling(ServiceCatalog catalog) {
    await(catalog.list(MemberFilter.ALL));
    return await(catalog.watch(news -> {})).get();
  }

  /** The announcements of changes until now. */
  private List<String> announced() throws SQLException {
    server.execute("SELECT pg_notify('servicegroup', 'end')");
    List<String> announced = new ArrayList<>();
    while (true) {
      PGNotification[] some = listening.unwrap(PGConnection.class).getNotifications(20_000);
      assertThat(some).as("the end of %s", announced).isNotEmpty();
      for (PGNotification each : some) {
        if (each.getParameter().equals("end")) {
          return announced;
        }
        if (each.getParameter().startsWith("catalog ")) {
          announced.add(each.getParameter().substring("catalog ".length()));
        }
      }
    }
  }

  private static void byHand(String sql) {
    server.execute(sql);
  }

  private static Set<MemberId> members(List<String> announced) {
    Set<MemberId> all = new HashSet<>();
    for (String each : announced) {
      assertThat(each.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(7990);
      assertThat(MemberNews.parse(each).members()).isNotEmpty();
      all.addAll(MemberNews.parse(each).members());
    }
    return all;
  }

  @Test
  void whatIsChangedByHandIsAnnouncedWithItsNames() throws Exception {
    open(CreateTables.ALL);
    byHand(INSERT.formatted("h1", "b1"));
    byHand(INSERT.formatted("h2", "b2"));
    assertThat(announced()).containsExactly("[[\"compute\", \"h1\"]]", "[[\"compute\", \"h2\"]]");

    Stream.of(
            "disabled = true",
            "disabled_reason = 'disk'",
            "forced_down = true",
            "version = 7",
            "uuid = 'u-1'",
            "\"binary\" = 'other'",
            "id = 4711",
            "deleted = id",
            "deleted = 0")
        .forEach(word -> byHand("UPDATE services SET " + word + " WHERE host = 'h1'"));
    assertThat(announced()).hasSize(9).containsOnly("[[\"compute\", \"h1\"]]");

    byHand("UPDATE services SET host = 'h3' WHERE host = 'h1'");
    assertThat(members(announced())).containsExactlyInAnyOrder(id("h1"), id("h3"));
    byHand("UPDATE services SET disabled = NOT disabled");
    assertThat(announced())
        .hasSize(1)
        .allSatisfy(
            one -> assertThat(members(List.of(one))).containsExactlyInAnyOrder(id("h2"), id("h3")));
    byHand("DELETE FROM services WHERE host = 'h3'");
    assertThat(members(announced())).containsExactly(id("h3"));
    byHand("TRUNCATE services");
    assertThat(announced()).containsExactly("all");
    assertThat(MemberNews.parse("all")).isEqualTo(MemberNews.OF_ANYBODY);
  }

  @Test
  void whatChangesNoMemberIsNotAnnounced() throws Exception {
    open(CreateTables.ALL);
    byHand(INSERT.formatted("h1", "b1"));
    assertThat(announced()).hasSize(1);

    byHand("UPDATE services SET disabled = disabled, version = 0, \"binary\" = 'b1'");
    byHand("UPDATE services SET disabled = true WHERE host = 'nobody'");
    byHand("DELETE FROM services WHERE host = 'nobody'");
    byHand("INSERT INTO services (host, \"binary\") VALUES ('api', 'nova-osapi_compute')");
    byHand("UPDATE services SET version = 3 WHERE host = 'api'");
    byHand("BEGIN; UPDATE services SET disabled = true; ROLLBACK");

    assertThat(announced()).isEmpty();
  }

  @Test
  void aStatementThatChangesThousandsIsAnnouncedInFewNotifications() throws Exception {
    open(CreateTables.ALL);
    String many =
        "INSERT INTO services (topic, host, \"binary\") SELECT 'compute', 'h' || n, 'b'"
            + " FROM generate_series(1, %d) n";
    byHand(many.formatted(2000));
    List<String> inserted = announced();
    assertThat(inserted).hasSizeLessThan(20);
    assertThat(members(inserted)).hasSize(2000);

    byHand("UPDATE services SET forced_down = true WHERE host IN ('h1', 'h2', 'h3')");
    assertThat(members(announced())).containsExactlyInAnyOrder(id("h1"), id("h2"), id("h3"));
    byHand("UPDATE services SET disabled = true");
    assertThat(announced()).containsExactly("all");
    byHand("UPDATE services SET topic = repeat('\u00e4', 255), host = repeat('\u2603', 250) || id");
    assertThat(announced()).containsExactly("all");
    byHand("DELETE FROM services");
    assertThat(announced()).containsExactly("all");
  }

  @Test
  void aBeatFiresNoTrigger() throws Exception {
    ServiceCatalog catalog = open(CreateTables.ALL);
    Member member = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    int row = (int) server.number("SELECT id FROM services");
    await(catalog.close());
    long fired = calls();
    announced();

    PostgresClient beats =
        PostgresClient.create(vertx, BackendUri.parse(server.uri()), 1, Duration.ofSeconds(20));
    String life = member.incarnation().toString();
    for (int i = 0; i < 20; i++) {
      await(beats.query(PostgresLivenessSql.BEAT_OF_ONE, Tuple.of(row, life, 5.0)));
      await(
          beats.query(
              PostgresLivenessSql.BEAT,
              Tuple.of(
                  new Integer[] {row},
                  new String[] {life},
                  new Long[] {member.incarnation().generation()},
                  5.0)));
    }
    await(beats.close());

    assertThat(server.number("SELECT report_count FROM services")).isEqualTo(40);
    assertThat(announced()).isEmpty();
    assertThat(calls()).isEqualTo(fired);
    byHand("UPDATE services SET disabled = true");
    succeeds("calls are counted", () -> server.number(CALLS), calls -> calls == fired + 2);
  }

  /** The calls of the triggers, by agents that have closed their connections. */
  private static long calls() {
    succeeds("the end of the sessions", () -> server.number(SESSIONS), count -> count == 0);
    return server.number(CALLS);
  }

  @Test
  void whatAnAgentChangesIsAnnouncedOnce() throws Exception {
    ServiceCatalog catalog = open(CreateTables.ALL);
    String h1 = "[[\"compute\", \"h1\"]]";
    Member joined = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    assertThat(announced()).containsExactly(h1);
    await(catalog.join(spec("h1", 2), "agent-1", Set.of()));
    assertThat(announced()).containsExactly(h1);
    Member disabled = await(catalog.update(disable("h1", "why")));
    assertThat(announced()).containsExactly(h1);
    await(catalog.putBack(joined.withWordsOrder(disabled.wordsOrder() + 1)));
    assertThat(announced()).containsExactly(h1);
    await(catalog.delete(id("h1")));
    assertThat(announced()).containsExactly(h1);

    byHand("TRUNCATE services, servicegroup_members, servicegroup_words");
    assertThat(announced()).containsExactly("all");
    assertThat(await(catalog.restore(joined))).isTrue();
    assertThat(announced()).containsExactly(h1);
    assertThat(await(catalog.adopt(disabled))).isTrue();
    assertThat(announced()).containsExactly(h1);
    assertThat(await(catalog.removeAgain(disabled.withWordsOrder(disabled.wordsOrder() + 1))))
        .isTrue();
    assertThat(announced()).containsExactly(h1);
  }

  @Test
  void aBatchOfJoinsIsAnnouncedOnceHoweverMuchItChanges() throws Exception {
    ServiceCatalog catalog = open(CreateTables.ALL);
    for (int version = 1; version <= 3; version++) {
      int members = version == 3 ? 1000 : 500;
      List<ServiceCatalog.Join> joins = new ArrayList<>();
      for (int i = 0; i < members; i++) {
        joins.add(new ServiceCatalog.Join(spec("host-" + i, version), null));
      }
      await(Future.all(catalog.joinAll(joins, "agent-1", Set.of("postgresql"), 0)));

      List<String> announced = announced();
      assertThat(members(announced)).hasSize(members);
      assertThat(announced.stream().mapToInt(each -> MemberNews.parse(each).members().size()).sum())
          .as("version %d", version)
          .isEqualTo(members);
    }
  }

  @Test
  void agentsKnowWhetherAllChangesAreAnnounced() {
    ServiceCatalog catalog = open(CreateTables.ALL);
    byHand(INSERT.formatted("h1", "b1"));
    assertThat(telling(catalog)).isEqualTo(Telling.OF_EVERYBODY);

    byHand("ALTER TABLE services DISABLE TRIGGER servicegroup_inserted");
    assertThat(telling(catalog)).isEqualTo(Telling.OF_AGENTS);
    byHand("ALTER TABLE services ENABLE TRIGGER ALL");
    assertThat(telling(catalog)).isEqualTo(Telling.OF_EVERYBODY);
    byHand("ALTER TABLE services ENABLE REPLICA TRIGGER servicegroup_updated");
    assertThat(telling(catalog)).isEqualTo(Telling.OF_AGENTS);
    byHand("ALTER TABLE services ENABLE ALWAYS TRIGGER servicegroup_updated");
    assertThat(telling(catalog)).isEqualTo(Telling.OF_EVERYBODY);
    byHand("DROP TRIGGER servicegroup_updated_row ON services");
    assertThat(telling(catalog)).isEqualTo(Telling.OF_AGENTS);
    server.execute(script(CreateTables.ALL));
    assertThat(telling(catalog)).as("what is missing is made").isEqualTo(Telling.OF_EVERYBODY);
  }

  @Test
  void novasTableGetsNoTriggerWhateverMayBeCreated() {
    for (CreateTables allowed : List.of(CreateTables.OWN, CreateTables.ALL)) {
      server.execute(DROP);
      server.execute(NOVA);
      // As the documentation advises for Nova's table.
      server.execute(
          "ALTER TABLE services SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)");
      ServiceCatalog catalog = open(allowed);
      await(catalog.join(spec("h1", 1), "agent-1", Set.of()));

      assertThat(telling(catalog)).as("%s", allowed).isEqualTo(Telling.OF_AGENTS);
      assertThat(server.number(TRIGGERS)).isZero();
      server.execute(script(CreateTables.ALL));
      assertThat(server.number(TRIGGERS)).isZero();
      assertThat(server.number("SELECT count(*) FROM pg_proc WHERE proname LIKE 'servicegroup%'"))
          .isZero();
    }
  }

  @Test
  void aTableOfTheVersionBeforeGetsTheTriggersAtTheStartOfAnAgentThatMayCreateThem() {
    server.execute(script(CreateTables.ALL));
    dropTriggers();
    byHand(INSERT.formatted("h1", "b1"));

    assertThat(telling(open(CreateTables.NONE))).isEqualTo(Telling.OF_AGENTS);
    assertThat(telling(open(CreateTables.OWN))).isEqualTo(Telling.OF_AGENTS);
    ServiceCatalog before = opened.get(0);
    assertThat(telling(open(CreateTables.ALL))).isEqualTo(Telling.OF_EVERYBODY);
    await(before.list(MemberFilter.ALL));
    assertThat(telling(before)).as("of an agent that ran before").isEqualTo(Telling.OF_EVERYBODY);
    assertThat(server.number("SELECT max(version) FROM servicegroup_schema")).isEqualTo(5);
  }

  private static void dropTriggers() {
    server.execute(
        "DROP FUNCTION servicegroup_announce CASCADE;"
            + " DELETE FROM servicegroup_schema WHERE version > 4");
  }

  @Test
  void whereTheyCannotBeCreatedTheAgentStartsWithoutThem() throws Exception {
    server.execute(script(CreateTables.ALL));
    dropTriggers();
    byHand(INSERT.formatted("h1", "b1"));
    try (Connection holds = server.connect();
        Statement statement = holds.createStatement()) {
      holds.setAutoCommit(false);
      statement.execute("UPDATE services SET report_count = 1");
      assertThat(telling(open(CreateTables.ALL))).isEqualTo(Telling.OF_AGENTS);
      holds.rollback();
    }
    server.execute(
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE USER agent_user PASSWORD '"
            + PostgresServer.PASSWORD
            + "'");
    try {
      server.execute(grants());
      assertThat(telling(open(uriOf("agent_user"), CreateTables.ALL))).isEqualTo(Telling.OF_AGENTS);
      assertThat(server.number(TRIGGERS)).isZero();
    } finally {
      server.execute("DROP OWNED BY agent_user; DROP USER agent_user");
    }
  }

  @Test
  void whoMayOnlyWriteIsAnnouncedToo() throws Exception {
    server.execute(script(CreateTables.ALL));
    server.execute("CREATE USER writer PASSWORD '" + PostgresServer.PASSWORD + "'");
    try {
      server.execute("REVOKE EXECUTE ON FUNCTION servicegroup_announce FROM PUBLIC");
      server.execute("GRANT INSERT, UPDATE, DELETE, TRUNCATE ON services TO writer");
      server.execute("GRANT USAGE ON SEQUENCE services_id_seq TO writer");
      for (String sql :
          List.of(
              INSERT.formatted("h1", "b1"),
              "UPDATE services SET disabled = true",
              "DELETE FROM services")) {
        server.execute("SET ROLE writer; " + sql);
        assertThat(announced()).as(sql).containsExactly("[[\"compute\", \"h1\"]]");
      }
      server.execute("SET ROLE writer; TRUNCATE services");
      assertThat(announced()).containsExactly("all");
    } finally {
      server.execute("DROP OWNED BY writer; DROP USER writer");
    }
  }

  private static String grants() {
    return PostgresScripts.read("grants.sql")
        .lines()
        .filter(line -> line.startsWith("-- GRANT") || line.startsWith("--   "))
        .map(line -> line.substring(2))
        .reduce("", (all, line) -> all + line + "\n");
  }

  private static String uriOf(String user) {
    BackendUri full = BackendUri.parse(server.uri());
    return new BackendUri(
            full.scheme(), user, PostgresServer.PASSWORD, full.hosts(), full.path(), full.options())
        .text();
  }

  private static String script(CreateTables createTables) {
    return new PostgresTechnology()
        .schema(new AgentConfig.Catalog(BackendUri.parse(server.uri()), createTables));
  }
}

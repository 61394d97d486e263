package io.servicegroup.backend.postgres;

import static io.servicegroup.catalog.Services.GROUP;
import static io.servicegroup.catalog.Services.assertRefused;
import static io.servicegroup.catalog.Services.disable;
import static io.servicegroup.catalog.Services.id;
import static io.servicegroup.catalog.Services.spec;
import static io.servicegroup.catalog.Services.update;
import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogContract;
import io.servicegroup.catalog.Telling;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.AgentConfig.CreateTables;
import io.servicegroup.config.BackendUri;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.testkit.PgBouncer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The catalogue's contract on PostgreSQL, and what is special about Nova's table. */
class PostgresCatalogIT extends ServiceCatalogContract {

  @Started private static PostgresServer server;
  private String uri;

  @BeforeEach
  void emptyTheStore() {
    // Runs after the super class has opened its catalogue, which made the tables.
    server.execute(
        "TRUNCATE services, servicegroup_members, servicegroup_words, servicegroup_joined");
  }

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    String where = uri == null ? server.uri() : uri;
    return new PostgresTechnology()
        .catalog(vertx, new AgentConfig.Catalog(BackendUri.parse(where), CreateTables.ALL));
  }

  @Override
  protected Optional<ServiceCatalog> createLater(Vertx vertx, Duration by) {
    server.execute(
        "UPDATE servicegroup_joined SET kept_at = kept_at - interval '%d seconds'"
            .formatted(by.toSeconds()));
    return Optional.of(create(vertx));
  }

  private void keep(String agentId, String host, String life) throws Exception {
    JsonObject kept = new JsonObject().put("agents", new JsonArray().add(life));
    await(catalog.changeRejoinRecords(agentId, Map.of(id(host), kept), Set.of()));
  }

  private static String kept() {
    return server.ask(
        "SELECT coalesce(string_agg(agent_id || ' ' || host, ', ' ORDER BY agent_id, host), '')"
            + " FROM servicegroup_joined");
  }

  @Test
  void whatIsKeptOfAMemberGoesWithItUnlessItHasJustBeenKept() throws Exception {
    await(catalog.join(spec("h1", 1), "life-1", Set.of()));
    await(catalog.join(spec("h2", 1), "life-1", Set.of()));
    keep("pod-1", "h1", "life-1");
    keep("pod-1", "h2", "life-1");
    server.execute("UPDATE servicegroup_joined SET kept_at = now() - interval '1 hour'");
    keep("pod-2", "h1", "life-2");

    await(catalog.delete(id("h1")));

    assertThat(kept()).isEqualTo("pod-1 h2, pod-2 h1");
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
  void aGenerationBeyondAllClocksIsNotCountedOn() throws Exception {
    for (long absurd : List.of(1_000_000_000_000_000_000L, Long.MAX_VALUE)) {
      await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
      server.execute(
          "UPDATE servicegroup_members SET generation = %1$d, incarnation = '%1$d-dead'"
              .formatted(absurd));
      Member known = await(open().find(id("h1")));
      assertThat(known.incarnation()).as("what nobody can have begun").isNull();

      Future<ServiceCatalog.Joined> joining = catalog.join(spec("h1", 2), "agent-2", Set.of());
      await(joining.otherwiseEmpty());

      assertThat(joining.succeeded()).isTrue();
      Member joined = joining.result().member();
      assertThat(joined.incarnation().generation()).isLessThan(100_000_000_000_000_000L);
      assertThat(await(open().list(MemberFilter.ALL))).containsExactly(joined);
    }
  }

  @Test
  void aSequenceBeyondAllClocksIsNotCountedOn() throws Exception {
    server.execute("SELECT setval('servicegroup_generation', 1000000000000000000)");
    try {
      await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
      Member again = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();

      assertThat(await(open().list(MemberFilter.ALL))).containsExactly(again);
    } finally {
      server.execute("SELECT setval('servicegroup_generation', 1)");
    }
  }

  @Test
  void anOrderBeyondAllClocksOrdersNothing() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    Member said = await(catalog.update(disable("h1", "why")));
    server.execute("UPDATE servicegroup_words SET spoken = " + Long.MAX_VALUE);

    assertThat(await(catalog.find(id("h1"))).wordsOrder()).isZero();
    Future<Member> saying = catalog.update(update("h1", null, null, true));
    await(saying.otherwiseEmpty());

    assertThat(saying.succeeded()).isTrue();
    assertThat(saying.result().wordsOrder())
        .isBetween(said.wordsOrder(), said.wordsOrder() + 60_000);
    server.execute("UPDATE servicegroup_words SET spoken = " + Long.MAX_VALUE);
    assertThat(await(catalog.putBack(said)).wordsOrder()).isEqualTo(said.wordsOrder());
    server.execute("UPDATE servicegroup_words SET spoken = " + Long.MAX_VALUE);
    Member deleted = await(catalog.delete(id("h1")));
    assertThat(await(catalog.removal(said))).hasValue(deleted.wordsOrder());
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
  void theSequenceFollowsTheFloorWithoutARightToSetIt() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    long floor = server.number("SELECT last_value FROM servicegroup_generation") + 300;

    await(catalog.join(spec("h1", 1), "agent-1", Set.of(), floor));
    Member another = await(open().join(spec("h2", 1), "agent-2", Set.of())).member();

    assertThat(another.incarnation().generation()).isGreaterThan(floor + 1);
    assertThat(another.incarnation().generation()).isLessThan(floor + 100);
  }

  /** Fail-over under open connections: who only reads is to notice as who writes does. */
  @Test
  void readsFromNobodyWhoIsNoPrimaryAnyMore() throws Exception {
    await(catalog.join(spec("h1", 1), "agent-1", Set.of()));
    try (PostgresServer second = PostgresServer.create("fsync=off")) {
      uri = second.uri();
      await(open().join(spec("h2", 1), "agent-1", Set.of()));
      uri =
          server
              .uri()
              .replace(
                  "127.0.0.1:" + server.port(),
                  "127.0.0.1:" + server.port() + ",127.0.0.1:" + second.port());
      ServiceCatalog reader = open();
      BlockingQueue<String> told = new LinkedBlockingQueue<>();
      assertThat(await(reader.watch(news -> told.add("changed"))).get())
          .isNotEqualTo(Telling.NOTHING);
      assertThat(await(reader.list(MemberFilter.ALL)))
          .extracting(Member::id)
          .containsExactly(id("h1"));

      server.execute("ALTER SYSTEM SET default_transaction_read_only = on");
      server.execute("SELECT pg_reload_conf()");
      try {
        awaitReadOnly("on");
        assertThat(await(reader.list(MemberFilter.ALL)))
            .extracting(Member::id)
            .containsExactly(id("h2"));
        assertThat(await(reader.find(List.of(id("h2"))))).hasSize(1);
        next(told);
      } finally {
        server.execute("ALTER SYSTEM RESET default_transaction_read_only");
        server.execute("SELECT pg_reload_conf()");
        awaitReadOnly("off");
      }
    }
  }

  private static void awaitReadOnly(String wanted) {
    await("read-only is " + wanted, () -> server.ask("SHOW transaction_read_only"), wanted::equals);
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
  void oneRowThatCannotBeReadTakesNothingFromTheOthers() throws Exception {
    Member whole = await(catalog.join(spec("h1", 1), "agent-1", Set.of())).member();
    for (String odd :
        List.of(
            "incarnation = 'odd'",
            "backends = ARRAY[NULL]::text[]",
            "metadata = '[1]'",
            "metadata = '{\"x\": 1e400}'",
            "incarnation = '0-0'")) {
      String host = "h" + odd.hashCode();
      await(catalog.join(spec(host, 1), "agent-1", Set.of()));
      server.execute(
          "UPDATE servicegroup_members m SET "
              + odd
              + " FROM services s WHERE s.id = m.service_id AND s.host = '"
              + host
              + "'");
      assertThat(await(catalog.list(MemberFilter.ALL))).as(odd).contains(whole);
      assertThat(await(catalog.versions(null, null))).hasSize(1);
    }
    assertThat(catalog.unreadable()).hasSize(2);
  }

  @Test
  void whatCouldNotBeReadAndIsGoneIsGoneForWhoeverAsksByNameOrByGroup() throws Exception {
    MemberFilter compute = new MemberFilter("compute", null, null, null);
    for (boolean byName : List.of(true, false)) {
      await(catalog.join(spec("h9", 1), "agent-1", Set.of()));
      server.execute("UPDATE servicegroup_members SET incarnation = 'odd'");
      await(byName ? catalog.find(List.of(id("h9"))) : catalog.list(compute));
      assertThat(catalog.unreadable()).containsOnlyKeys("compute/h9");
      server.execute("UPDATE services SET deleted = id WHERE deleted = 0");
      await(catalog.list(new MemberFilter("storage", null, null, null)));
      assertThat(catalog.unreadable()).containsOnlyKeys("compute/h9");

      await(byName ? catalog.find(List.of(id("h9"))) : catalog.list(compute));
      assertThat(catalog.unreadable()).as("by name: " + byName).isEmpty();
    }
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
    assertThat(await(open().watch(news -> told.get().tryComplete())).get())
        .isNotEqualTo(Telling.NOTHING);
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
      assertThat(await(pooled.watch(news -> {})).get()).isEqualTo(Telling.NOTHING);
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
}

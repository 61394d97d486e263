package io.servicegroup.backend.postgres;

import static io.servicegroup.backend.postgres.PostgresLivenessRig.join;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.PgBouncer;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.servicegroup.testkit.TcpProxy;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a poll proves, who else may write, and what a thousand members cost. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresLivenessWitnessIT {

  // An automatic ANALYZE holds a snapshot, for which updates find no room in their page. It comes
  // when it likes, and the share of such updates is what one of the tests is about.
  @Started("autovacuum=off")
  private static PostgresServer server;

  @Started private static Vertx vertx;

  @BeforeEach
  void createTables() {
    PostgresLivenessRig.createTables(server);
  }

  private static LivenessHarness watcher(String agent) {
    return PostgresLivenessRig.agent(vertx, agent, server.uri(), false).open();
  }

  @Test
  void withoutTablesItSaysWhatToDo() {
    server.execute("DROP TABLE servicegroup_canaries");
    try (var watcher = PostgresLivenessRig.agent(vertx, "w", server.uri(), false)) {
      assertThatThrownBy(watcher::open)
          .hasMessageContaining("`schema`")
          .hasMessageContaining("create_tables")
          .hasMessageNotContaining(PostgresServer.PASSWORD);
    }
  }

  @Test
  void aServerThatItTakesLongToConnectToIsOpened() {
    try (TcpProxy proxy = TcpProxy.to(server.port())) {
      proxy.delay(Duration.ofMillis(100));
      LivenessSettings quick =
          new LivenessSettings(
              "postgresql",
              "far",
              BackendUri.parse(server.uri(proxy.port())),
              Duration.ofSeconds(1),
              Duration.ofSeconds(5),
              Duration.ofMillis(500),
              Watch.ALL);
      try (LivenessHarness far = new LivenessHarness(vertx, quick, PostgresLivenessBackend::new)) {
        assertThatCode(far::open).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void aCanaryThatIsMissingOrOlderIsDataLost() {
    try (var watcher = watcher("w")) {
      for (int i = 0; i < 3; i++) {
        assertThat(watcher.poll().dataLost()).isFalse();
      }
      server.execute("UPDATE servicegroup_canaries SET count = count - 1");
      assertThat(watcher.poll().dataLost()).as("older").isTrue();
      assertThat(watcher.poll().dataLost()).as("once").isFalse();
      server.execute("TRUNCATE servicegroup_canaries");
      assertThat(watcher.poll().dataLost()).as("missing").isTrue();
      server.execute("UPDATE servicegroup_canaries SET nonce = 'other'");
      assertThat(watcher.poll().dataLost()).as("another's").isTrue();
      assertThat(watcher.poll().dataLost()).isFalse();
    }
    assertThat(server.number("SELECT count(*) FROM servicegroup_canaries")).isZero();
  }

  @Test
  void aPollOfBeforeThatArrivesLateIsNoLossOfData() {
    BackendUri uri = BackendUri.parse(server.uri());
    PostgresClient late = PostgresClient.create(vertx, uri, 1, Duration.ofSeconds(5));
    String poll =
        PostgresLivenessSql.poll(
            PostgresLivenessRig.settings("w", server.uri(), false, Set.of()), true);
    try (var watcher = watcher("w")) {
      for (int i = 0; i < 3; i++) {
        assertThat(watcher.poll().dataLost()).isFalse();
      }
      String nonce =
          await(
              late.query("SELECT nonce FROM servicegroup_canaries", Tuple.tuple())
                  .map(rows -> rows.iterator().next().getString(0)));
      await(
          late.query(poll, Tuple.tuple(Arrays.asList(null, null, "{}", "{}", "w", nonce, 1L, 0L))));
      assertThat(watcher.poll().dataLost()).isFalse();
    } finally {
      await(late.close());
    }
  }

  @Test
  void ownBeatsStandInForTheCanary() {
    Heartbeat h1 = join(server, "compute", "h1");
    try (var agent = PostgresLivenessRig.agent(vertx, "a", server.uri(), true).open()) {
      agent.write(h1);
      agent.write(h1);
      assertThat(agent.poll().dataLost()).isFalse();
      assertThat(server.number("SELECT count(*) FROM servicegroup_canaries")).isZero();
      server.execute("UPDATE services SET report_count = 1");
      assertThat(agent.poll().dataLost()).isTrue();
      assertThat(agent.poll().dataLost()).as("once").isFalse();
    }
  }

  @Test
  void novaRowsAreJudgedByTheirCount() {
    server.execute(
        """
        INSERT INTO services (host, "binary", topic, report_count, deleted) VALUES
          ('n1', 'nova-compute', 'compute', 7, 0), ('n2', 'nova-compute', 'compute', 0, 0),
          ('n3', 'nova-compute', 'compute', 7, 3), ('n4', 'nova-osapi_compute', NULL, 7, 0),
          (E'n5\\u0007', 'nova-compute', 'compute', 7, 0)
        """);
    MemberId n1 = new MemberId("compute", "n1");
    try (var watcher = watcher("w")) {
      assertThat(watcher.poll().beats()).containsExactly(new Beat(n1, null, 7));
      // Nova's clock is an hour off.
      server.execute(
          "UPDATE services SET report_count = 8, last_seen_up = now() - interval '1 hour'"
              + " WHERE host = 'n1'");
      assertThat(watcher.poll().beats()).containsExactly(new Beat(n1, null, 8));
    }
  }

  @Test
  void somebodyElsesBeatsAreAConflictOnlyWhenSeenAgainAndAgain() {
    Heartbeat h1 = join(server, "compute", "h1");
    Conflict foreign = new Conflict(h1.id(), h1.incarnation(), Conflict.Kind.FOREIGN_BEATS);
    try (var agent = PostgresLivenessRig.agent(vertx, "a", server.uri(), true).open()) {
      agent.write(h1);
      int seen = 0;
      List<Conflict> conflicts = List.of();
      while (conflicts.isEmpty() && seen < 10) {
        server.execute("UPDATE services SET report_count = report_count + 1");
        conflicts = agent.write(h1);
        seen++;
      }
      assertThat(conflicts).containsExactly(foreign);
      assertThat(seen).isEqualTo(3);
      // Whoever beats in the row is not said to have left.
      agent.write(List.of(), List.of(h1));
      assertThat(server.ask("SELECT state FROM servicegroup_members")).isEqualTo("alive");
    }
  }

  @Test
  void beatsOfOurOwnThatWereNotAcknowledgedAreNobodyElses() {
    Heartbeat h1 = join(server, "compute", "h1");
    try (TcpProxy proxy = TcpProxy.to(server.port());
        var agent =
            PostgresLivenessRig.agent(vertx, "a", PostgresServer.uriAt(proxy.port()), true)
                .open()) {
      agent.write(h1);
      for (int i = 0; i < 4; i++) {
        proxy.hangAnswers();
        assertThatThrownBy(() -> agent.write(h1)).hasMessageContaining("no answer");
        proxy.pass();
        assertThat(agent.write(h1)).isEmpty();
        assertThat(agent.write(h1)).isEmpty();
      }
      assertThat(server.number("SELECT report_count FROM services")).isGreaterThan(9);
    }
  }

  @Test
  void aThousandMembersAreOneStatementThatTouchesNoIndex() {
    List<Heartbeat> members = new ArrayList<>();
    server.execute(
        """
        INSERT INTO services (host, "binary", topic) SELECT 'h' || i, 'bin', 'compute'
          FROM generate_series(1, 1000) i;
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, joined_count)
        SELECT id, id, id || '-abc', 'agent', '{postgresql}', 0 FROM services
        """);
    for (int i = 1; i <= 1000; i++) {
      members.add(
          new Heartbeat(
              new MemberId("compute", "h" + i),
              Incarnation.parse(i + "-abc"),
              1,
              Heartbeat.State.ALIVE,
              null));
    }
    server.execute("VACUUM services");
    try (var agent = PostgresLivenessRig.agent(vertx, "a", server.uri(), true).open();
        var watcher = watcher("w")) {
      long transactions = 0;
      for (int i = 0; i < 20; i++) {
        assertThat(agent.write(members, List.of())).isEmpty();
        transactions = server.number("SELECT count(DISTINCT xmin::text) FROM services");
      }
      assertThat(transactions).as("transactions of one write").isEqualTo(1);
      assertThat(watcher.poll().beats()).hasSize(1000).allMatch(beat -> beat.count() == 20);
    }
    server.execute("SELECT pg_stat_force_next_flush()");
    assertThat(
            server.number(
                "SELECT 100 * n_tup_hot_upd / n_tup_upd FROM pg_stat_user_tables"
                    + " WHERE relname = 'services' AND n_tup_upd >= 20000"))
        .isGreaterThanOrEqualTo(95);
  }

  @Test
  void throughAPoolerThatKeepsNoSession() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    try (PgBouncer pooler = PgBouncer.start(server, 3);
        var agent = PostgresLivenessRig.agent(vertx, "a", pooler.uri(), true).open();
        var watcher = PostgresLivenessRig.agent(vertx, "w", pooler.uri(), false).open();
        var other = PostgresLivenessRig.agent(vertx, "o", pooler.uri(), true).open()) {
      for (int i = 1; i <= 50; i++) {
        var first = agent.startWrite(h1);
        var second = other.startWrite(h2);
        assertThat(watcher.poll().dataLost()).isFalse();
        assertThat(await(first)).isEmpty();
        assertThat(await(second)).isEmpty();
        assertThat(agent.poll().beats()).contains(new Beat(h1.id(), h1.incarnation(), i));
      }
      assertThat(server.ask("SHOW synchronous_commit")).isEqualTo("on");
      agent.write(PostgresLivenessRig.in(Heartbeat.State.FAILED, "x", h1));
      assertThat(agent.awaitNews(Duration.ofSeconds(5)))
          .as("its own news, without LISTEN")
          .isTrue();
      assertThat(watcher.poll().gone()).hasSize(1);
    }
  }

  @Test
  void afterASwitchThePrimaryIsFound() {
    try (PostgresServer second = PostgresServer.create()) {
      PostgresLivenessRig.createTables(second);
      Heartbeat h1 = join(server, "compute", "h1");
      assertThat(join(second, "compute", "h1").incarnation()).isEqualTo(h1.incarnation());
      String both =
          server
              .uri()
              .replace(":" + server.port(), ":%d,127.0.0.1:%d")
              .formatted(server.port(), second.port());
      try (var agent = PostgresLivenessRig.agent(vertx, "a", both, true).open()) {
        agent.write(h1);
        agent.poll();
        readOnly("on");
        // A session notices the switch when the server has told it.
        assertThatThrownBy(() -> repeat(() -> agent.write(h1))).hasMessageContaining("read-only");
        // Polls share the connection, which has left the server already.
        assertThat(agent.write(h1)).isEmpty();
        assertThat(agent.poll().beats()).hasSize(1);
        assertThat(second.number("SELECT report_count FROM services")).isEqualTo(1);
      } finally {
        readOnly("off");
      }
    }
  }

  private static void repeat(Runnable work) {
    await(
        "a failure",
        () -> {
          work.run();
          return false;
        });
  }

  private static void readOnly(String value) {
    server.execute("ALTER SYSTEM SET default_transaction_read_only = " + value);
    server.execute("SELECT pg_reload_conf()");
  }
}

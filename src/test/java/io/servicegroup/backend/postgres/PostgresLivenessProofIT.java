package io.servicegroup.backend.postgres;

import static io.servicegroup.backend.postgres.PostgresLivenessRig.in;
import static io.servicegroup.backend.postgres.PostgresLivenessRig.join;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Written;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.LivenessVerticle;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.PairedAgent;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the answer to a write tells, and how many transactions this saves. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresLivenessProofIT {

  private static final Duration REPORT = Duration.ofSeconds(1);
  private static final int WINDOW = 8;

  private static final String OBSERVER =
      """
      agent: {host: observer}
      catalog: {uri: "%s"}
      liveness: {report_interval: 2s, service_down_time: 5s, poll_interval: 200ms}
      watch: all
      http: {port: 0}
      """;

  @Started("autovacuum=off")
  private static PostgresServer server;

  private final AtomicInteger beats = new AtomicInteger();
  private Vertx vertx;

  @BeforeEach
  void begin() {
    PostgresLivenessRig.createTables(server);
    vertx = Vertx.vertx();
  }

  @AfterEach
  void end() {
    await(vertx.close());
  }

  private LivenessHarness agent(String id, boolean watchOwn) {
    return PostgresLivenessRig.agent(vertx, id, server.uri(), watchOwn).open();
  }

  private static Written write(LivenessHarness agent, Heartbeat... members) {
    return await(agent.startProof(List.of(members), List.of()));
  }

  private static Beat beat(Heartbeat member, long count) {
    return new Beat(member.id(), member.incarnation(), count);
  }

  @Test
  void theAnswerToAWriteOfAllThatIsWatchedIsWhatAPollSees() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    try (LivenessHarness agent = agent("a", true)) {
      Written alone = write(agent, h1);
      assertThat(alone.seen().beats()).containsExactly(beat(h1, 1));
      assertThat(alone.seen().beats()).isEqualTo(agent.poll().beats());
      Written both = write(agent, h1, h2);
      assertThat(both.seen().beats()).containsExactlyInAnyOrder(beat(h1, 2), beat(h2, 1));
      assertThat(both.seen().beats()).containsExactlyInAnyOrderElementsOf(agent.poll().beats());
    }
  }

  @Test
  void whereAPollCouldTellMoreAWriteStandsForNone() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    try (LivenessHarness agent = agent("a", true);
        LivenessHarness observer = agent("o", false)) {
      assertThat(write(observer, h1).seen()).as("it watches others").isNull();
      assertThat(write(agent, h1, h2).seen()).isNotNull();
      assertThat(write(agent, h1, in(State.FAILED, "x", h2)).seen()).as("one failed").isNull();
      assertThat(write(agent, h1, h2).seen()).as("its state changed").isNull();
      assertThat(write(agent, h1, h2).seen()).isNotNull();
      server.execute("UPDATE services SET report_count = 0 WHERE host = 'h1'");
      assertThat(write(agent, h1, h2).seen()).as("data was lost").isNull();
      assertThat(agent.poll().dataLost()).isTrue();
      assertThat(write(agent, h1, h2).seen()).isNotNull();
      await(agent.startProof(List.of(h1), List.of(h2)));
      assertThat(write(agent, h1).seen()).as("the end of one is to be read").isNull();
    }
  }

  @Test
  void oneAnswerTellsOfEachMemberWhyItWasNotWritten() {
    Heartbeat alive = join(server, "compute", "h1");
    Heartbeat deleted = join(server, "compute", "h2");
    Heartbeat superseded = join(server, "compute", "h3");
    Heartbeat emptied = join(server, "compute", "h4");
    try (LivenessHarness agent = agent("a", true)) {
      write(agent, alive, deleted, superseded, emptied);
      server.execute("UPDATE services SET deleted = id WHERE host = 'h2'");
      join(server, "compute", "h3");
      server.execute(
          "DELETE FROM servicegroup_members USING services WHERE service_id = id AND host = 'h4'");
      Written answer = write(agent, alive, deleted, superseded, emptied);
      assertThat(answer.conflicts())
          .containsExactlyInAnyOrder(
              new Conflict(deleted.id(), deleted.incarnation(), Conflict.Kind.DELETED),
              new Conflict(superseded.id(), superseded.incarnation(), Conflict.Kind.SUPERSEDED));
      assertThat(answer.seen()).isNull();
      assertThat(
              server.ask("SELECT string_agg(report_count::text, ' ' ORDER BY host) FROM services"))
          .isEqualTo("2 1 1 1");
    }
  }

  @Test
  void whyAStateWasNotWrittenIsToldWithTheSameAnswer() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    try (LivenessHarness agent = agent("a", true)) {
      write(agent, h1, h2);
      join(server, "compute", "h2");
      Written answer = write(agent, in(State.FAILED, "x", h1), in(State.FAILED, "x", h2));
      assertThat(answer.conflicts())
          .containsExactly(new Conflict(h2.id(), h2.incarnation(), Conflict.Kind.SUPERSEDED));
      assertThat(
              server.ask(
                  "SELECT string_agg(state, ' ' ORDER BY service_id) FROM servicegroup_members"))
          .isEqualTo("failed alive");
    }
  }

  @Test
  void aBeatIsReadWithItsAge() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    try (LivenessHarness agent = agent("a", true);
        LivenessHarness observer = agent("o", false)) {
      observer.poll(); // The server's clock has to be known.
      write(agent, h1, h2);
      server.execute(
          "UPDATE services SET last_seen_up = last_seen_up - interval '30 s' WHERE host = 'h2';"
              + "INSERT INTO services (host, \"binary\", topic, report_count, last_seen_up)"
              + " VALUES ('nova', 'x', 'compute', 7, '-infinity')");
      var seen = observer.poll();
      assertThat(seen.beats().get(0).id()).as("the oldest first").isEqualTo(h2.id());
      assertThat(seen.ages()).containsOnlyKeys(h1.id(), h2.id());
      assertThat(seen.ages().get(h2.id()) - seen.ages().get(h1.id()))
          .isCloseTo(30_000L, within(50L));
      server.execute("UPDATE services SET last_seen_up = 'infinity' WHERE host = 'h1'");
      assertThat(observer.poll().ages()).containsEntry(h1.id(), 0L);
    }
  }

  @Test
  void aSidecarNeedsHardlyATransactionBesideItsBeats() throws SQLException {
    Heartbeat h1 = join(server, "compute", "h1");
    deploy(vertx, "a", Watch.OWN);
    beat(h1);
    awaitTransactions(WINDOW + 3);
  }

  @Test
  void anObserverReadsOncePerReportInterval() throws SQLException {
    Heartbeat h1 = join(server, "compute", "h1");
    Vertx elsewhere = Vertx.vertx();
    try {
      deploy(vertx, "a", Watch.OWN);
      deploy(elsewhere, "o", Watch.ALL);
      beat(h1);
      awaitTransactions(2 * WINDOW + 6);
    } finally {
      await(elsewhere.close());
    }
  }

  /** However far apart the readings are between which the last beat was. */
  @Test
  void aDeathBetweenTwoReadingsIsToldInTime() throws Exception {
    Heartbeat h1 = join(server, "compute", "h1");
    try (LivenessHarness agent = agent("a", true);
        PairedAgent observer = PairedAgent.start(OBSERVER.formatted(server.uri()))) {
      long timer =
          vertx.setPeriodic(
              1,
              1_900,
              id ->
                  agent
                      .startProof(List.of(h1), List.of())
                      .onSuccess(written -> beats.incrementAndGet()));
      observer.await(0, 1, change -> change.status() == Status.UP);
      // So many that the observer reads once per report_interval.
      int from = beats.get();
      await("beats", () -> beats.get() - from >= 4);
      vertx.cancelTimer(timer);
      StatusChange down = observer.await(0, 1, change -> change.status() == Status.DOWN).get(0);
      long last =
          server.number("SELECT (extract(epoch FROM last_seen_up) * 1000)::bigint FROM services");
      assertThat(down.at().toEpochMilli() - last)
          .as("service_down_time, two poll_interval, 500 ms, and what a busy machine takes")
          .isBetween(5_000L, 5_900L + 500L);
    }
  }

  private static void deploy(Vertx on, String agent, Watch watch) {
    LivenessSettings settings =
        new LivenessSettings(
            "postgresql",
            agent,
            BackendUri.parse(server.uri()),
            REPORT,
            REPORT.multipliedBy(3),
            REPORT.dividedBy(5),
            watch);
    await(on.deployVerticle(new LivenessVerticle(settings, PostgresLivenessBackend::new)));
  }

  private void beat(Heartbeat member) {
    vertx.setPeriodic(
        1,
        REPORT.toMillis(),
        id -> {
          beats.incrementAndGet();
          Topics.HEARTBEAT.publish(vertx, List.of(member));
        });
  }

  /**
   * Waits for a window with few transactions: a busy machine makes beats late, after which there
   * are polls for a while. Whoever counts is in another database.
   */
  private void awaitTransactions(int most) throws SQLException {
    String url = "jdbc:postgresql://127.0.0.1:" + server.port() + "/template1";
    try (Connection other = DriverManager.getConnection(url, "postgres", PostgresServer.PASSWORD)) {
      await(
          "a window of " + WINDOW + " beats with few transactions",
          () -> {
            long before = transactions(other);
            int from = beats.get();
            await("beats", () -> beats.get() - from >= WINDOW);
            return transactions(other) - before;
          },
          used -> used <= most);
    }
  }

  private static long transactions(Connection other) throws SQLException {
    try (Statement statement = other.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database"
                    + " WHERE datname = 'postgres'")) {
      rows.next();
      return rows.getLong(1);
    }
  }
}

package io.servicegroup.backend.postgres;

import static io.servicegroup.backend.postgres.PostgresLivenessRig.in;
import static io.servicegroup.backend.postgres.PostgresLivenessRig.join;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.PartlyWritten;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.MemberId;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/**
 * Rows, locks and what stands in a beat's way, beyond the contract, on a server whose clock shows
 * another zone's time.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresLivenessBackendIT {

  /** The server's own bound and ours run out together. */
  private static final String OUT_OF_TIME = ".*(1000 ms|statement timeout|lock timeout).*";

  @Started({"timezone=Asia/Kathmandu", "wal_writer_delay=10s"})
  private static PostgresServer server;

  @Started private static Vertx vertx;
  private LivenessHarness agent;
  private LivenessHarness watcher;

  @BeforeEach
  void open() {
    PostgresLivenessRig.createTables(server);
    agent = PostgresLivenessRig.agent(vertx, "agent-1", server.uri(), true).open();
    watcher = PostgresLivenessRig.agent(vertx, "agent-2", server.uri(), false).open();
  }

  @AfterEach
  void close() {
    agent.close();
    watcher.close();
  }

  private static String service(String column, String host) {
    return server.ask("SELECT " + column + " FROM services WHERE host = '" + host + "'");
  }

  /** The hearer's connection is taken, and nothing is ever said there. */
  @Test
  void noBeatWaitsForTheSessionThatListens() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(() -> readToItsEnd(mute));
      String uri = server.uri() + "?pooled=true&listen=127.0.0.1:" + mute.getLocalPort();
      LivenessHarness patient = PostgresLivenessRig.agent(vertx, "agent-3", uri, true).open();

      assertThat(ended).as("the attempt to listen goes on").isNotDone();
      assertThat(patient.write(join(server, "compute", "h1"))).isEmpty();
      assertThat(ended).as("the attempt to listen goes on").isNotDone();
      patient.close();
    }
  }

  private static int readToItsEnd(ServerSocket mute) {
    try (Socket taken = mute.accept()) {
      return taken.getInputStream().readAllBytes().length;
    } catch (IOException e) {
      return -1;
    }
  }

  @Test
  void aCountThatIsAsLargeAsItsColumnBeginsAnewAndKeepsNobodyElseFromBeating() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    server.execute("UPDATE services SET report_count = 2147483646 WHERE host = 'h1'");

    for (int i = 0; i < 3; i++) {
      assertThat(agent.write(h1, h2)).isEmpty();
      assertThat(agent.poll().dataLost()).as("beat " + i).isFalse();
    }

    assertThat(service("report_count", "h1")).isEqualTo("2");
    assertThat(service("report_count", "h2")).isEqualTo("3");
    for (int i = 0; i < 3; i++) {
      assertThat(agent.write(h1)).as("alone").isEmpty();
    }
    assertThat(service("report_count", "h1")).isEqualTo("5");
  }

  @Test
  void aJoinAtTheLargestCountIsFollowedByBeats() {
    join(server, "compute", "h1");
    server.execute("UPDATE services SET report_count = 2147483647 WHERE host = 'h1'");
    Heartbeat h1 = join(server, "compute", "h1");
    watcher.poll();

    agent.write(h1);

    assertThat(watcher.poll().beats()).containsExactly(new Beat(h1.id(), h1.incarnation(), 1));
  }

  @Test
  void aGenerationBeyondAllClocksSupersedesNobody() {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    server.execute(
        "UPDATE servicegroup_members SET generation = 1000000000000000000,"
            + " incarnation = '1000000000000000000-dead'");

    assertThat(agent.write(h1)).isEmpty();
    assertThat(agent.write(h1)).as("looked up again").isEmpty();
    assertThat(watcher.poll().beats()).containsExactly(new Beat(h1.id(), null, 1));
  }

  @Test
  void aMemberThatLeftIsReadAsSuchByItsOwnAgentToo() {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    agent.poll();
    agent.write(List.of(), List.of(h1));

    assertThat(agent.poll().gone())
        .extracting(Absence::id, Absence::cause)
        .containsExactly(tuple(h1.id(), Absence.Cause.LEFT));
  }

  @Test
  void aRowWhoseDeletionIsNullIsGoneAndKeepsNobodyElseFromBeating() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    agent.write(h1, h2);
    server.execute("UPDATE services SET deleted = NULL WHERE host = 'h1'");

    assertThat(agent.write(h1, h2))
        .containsExactly(new Conflict(h1.id(), h1.incarnation(), Conflict.Kind.DELETED));
    assertThat(service("report_count", "h2")).isEqualTo("2");
  }

  @Test
  void beatsAreCountedAndStampedInUtcByTheServer() {
    Heartbeat h1 = join(server, "compute", "h1");
    assertThat(agent.write(h1)).isEmpty();
    assertThat(agent.write(h1)).isEmpty();
    assertThat(service("report_count", "h1")).isEqualTo("2");
    assertThat(
            service(
                "abs(extract(epoch FROM last_seen_up - (clock_timestamp() AT TIME ZONE 'utc')))"
                    + " < 20 AND updated_at = last_seen_up",
                "h1"))
        .isEqualTo("t");
    Beat beat = new Beat(h1.id(), h1.incarnation(), 2);
    assertThat(watcher.poll().beats()).containsExactly(beat);
    assertThat(agent.poll().beats()).containsExactly(beat);
  }

  @Test
  void anIncarnationWithoutABeatIsNothing() {
    Heartbeat first = join(server, "compute", "h1");
    agent.write(first);
    join(server, "compute", "h1");
    assertThat(watcher.poll().beats()).isEmpty();
  }

  @Test
  void aPollReadsWhatChangedSinceTheLast() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    agent.write(h1, h2);
    assertThat(watcher.poll().beats()).hasSize(2);
    agent.write(h1);
    assertThat(watcher.poll().beats()).containsExactly(new Beat(h1.id(), h1.incarnation(), 2));
    assertThat(watcher.poll().beats()).isEmpty();
  }

  @Test
  void whatIsCommittedLateIsNotMissed() throws SQLException {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    agent.write(h1, h2);
    watcher.poll();
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("UPDATE services SET report_count = 9 WHERE host = 'h1'");
      agent.write(h2);
      watcher.poll();
      watcher.poll();
      other.commit();
    }
    assertThat(watcher.poll().beats()).contains(new Beat(h1.id(), h1.incarnation(), 9));
  }

  @Test
  void aDeletedMemberIsNotResurrected() {
    Heartbeat soft = join(server, "compute", "h1");
    Heartbeat stays = join(server, "compute", "h3");
    agent.write(soft, stays);
    server.execute("UPDATE services SET deleted = id WHERE host = 'h1'");
    assertThat(agent.write(soft, stays))
        .containsExactly(new Conflict(soft.id(), soft.incarnation(), Conflict.Kind.DELETED));
    assertThat(agent.write(soft, stays)).as("the catalogue says it").isEmpty();
    assertThat(service("report_count", "h1")).isEqualTo("1");
    assertThat(watcher.poll().beats()).extracting(Beat::id).containsExactly(stays.id());
  }

  @Test
  void newsIsAStateWithItsReasonThatItsWriterHearsOfToo() {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    agent.write(in(State.FAILED, "connection refused", h1));
    assertThat(agent.awaitNews(Duration.ofSeconds(10))).isTrue();
    assertThat(agent.poll().gone())
        .containsExactly(new Absence(h1.id(), h1.incarnation(), 1, Absence.Cause.PROBE_FAILED));
    assertThat(server.ask("SELECT state_reason FROM servicegroup_members"))
        .isEqualTo("connection refused");
    agent.write(in(State.RESTARTING, null, h1));
    assertThat(watcher.poll().beats())
        .as("the last beat of an upgrade")
        .containsExactly(new Beat(h1.id(), h1.incarnation(), 2));
    agent.write(List.of(), List.of(h1));
    assertThat(service("report_count", "h1")).as("no beat of one who left").isEqualTo("2");
  }

  @Test
  void aFailedMemberIsNotBeatenForByALateStatement() {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    server.execute("UPDATE servicegroup_members SET state = 'left'");
    agent.write(h1);
    assertThat(service("report_count", "h1")).isEqualTo("1");
    agent.write(h1);
    assertThat(service("report_count", "h1")).as("its agent says it lives").isEqualTo("2");
  }

  @Test
  void plainBeatsNotifyNobody() throws SQLException {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    try (Connection listener = server.connect();
        Statement statement = listener.createStatement()) {
      statement.execute("LISTEN servicegroup");
      for (int i = 0; i < 5; i++) {
        agent.write(h1);
        watcher.poll();
      }
      statement.execute("SELECT 1");
      assertThat(listener.unwrap(PGConnection.class).getNotifications()).isEmpty();
      agent.write(in(State.FAILED, "x", h1));
      statement.execute("SELECT 1");
      assertThat(listener.unwrap(PGConnection.class).getNotifications()).hasSize(1);
    }
  }

  @Test
  void aRowThatSomebodyHoldsHarmsNoOther() throws SQLException {
    Heartbeat held = join(server, "compute", "h1");
    Heartbeat dead = join(server, "compute", "h2");
    Heartbeat free = join(server, "compute", "h3");
    agent.write(held, dead, free);
    watcher.poll();
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT * FROM services WHERE host = 'h1' FOR UPDATE");
      List<MemberId> unwitnessed =
          await(
              "somebody is not witnessed",
              () -> {
                assertThatThrownBy(() -> agent.write(held, free))
                    .isInstanceOf(PartlyWritten.class)
                    .hasMessage("1 of 2 beats could not be written in time");
                return watcher.poll().unwitnessed();
              },
              found -> !found.isEmpty());
      assertThat(unwitnessed).containsExactly(held.id());
      assertThat(service("report_count", "h1")).isEqualTo("1");
      assertThat(Long.parseLong(service("report_count", "h3"))).isGreaterThan(2);
      other.rollback();
    }
    assertThat(agent.write(held, free)).isEmpty();
    assertThat(service("report_count", "h1")).isEqualTo("2");
    assertThat(watcher.poll().unwitnessed()).isEmpty();
  }

  /** As where somebody holds both rows at first, and the server has no time for them later. */
  @Test
  void whoIsLeftOutAndWhoseRepeatTakesTooLongIsSaidNotToBeBeatenFor() {
    Heartbeat h1 = join(server, "compute", "h1");
    Heartbeat h2 = join(server, "compute", "h2");
    agent.write(h1, h2);
    server.execute(
        """
        CREATE SEQUENCE beats;
        CREATE FUNCTION first_left_out_then_slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
          IF nextval('beats') > 2 THEN PERFORM pg_sleep(100); END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER slow BEFORE UPDATE ON services
        FOR EACH ROW EXECUTE FUNCTION first_left_out_then_slow();
        """);

    var written = agent.startWrite(h1, h2);
    assertThatThrownBy(() -> await(written))
        .isInstanceOf(PartlyWritten.class)
        .hasMessage("2 of 2 beats could not be written in time");
  }

  @Test
  void anOnlyMemberWhoseRowIsHeldIsWaitedForOnce() throws SQLException {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("SELECT * FROM services WHERE host = 'h1' FOR UPDATE");
      var waiting = agent.startWrite(h1);
      assertThatThrownBy(() -> await(waiting)).hasMessageMatching(OUT_OF_TIME);
      var leftOut = agent.startWrite(h1);
      assertThatThrownBy(() -> await(leftOut)).isInstanceOf(PartlyWritten.class);
      other.rollback();
    }
    assertThat(service("report_count", "h1")).isEqualTo("1");
    assertThat(agent.write(h1)).isEmpty();
    assertThat(service("report_count", "h1")).isEqualTo("2");
  }

  @Test
  void whileNoBeatCanBeWrittenNothingIsWitnessed() throws SQLException {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    watcher.poll();
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      // As CREATE INDEX does.
      statement.execute("LOCK TABLE services IN SHARE MODE");
      var beat = agent.startWrite(h1);
      var poll = watcher.startPoll();
      assertThatThrownBy(() -> await(beat)).hasMessageMatching(OUT_OF_TIME);
      assertThatThrownBy(() -> await(poll)).hasMessageMatching(OUT_OF_TIME);
      other.rollback();
    }
    assertThat(watcher.poll().beats())
        .as("what was cancelled does not count later")
        .containsExactly(new Beat(h1.id(), h1.incarnation(), 1));
    assertThat(agent.write(h1)).isEmpty();
    assertThat(watcher.poll().beats()).hasSize(1);
  }

  @Test
  void aBeatDoesNotWaitForTheDiskAndNewsDoes() {
    Heartbeat h1 = join(server, "compute", "h1");
    agent.write(h1);
    String before = server.ask("SELECT pg_current_wal_insert_lsn()");
    agent.write(h1);
    assertThat(flushedSince(before)).as("a beat is on disk").isFalse();
    agent.write(in(State.FAILED, "x", h1));
    assertThat(flushedSince(before)).as("news is on disk").isTrue();
  }

  private static boolean flushedSince(String lsn) {
    return server.ask("SELECT pg_current_wal_flush_lsn() > '" + lsn + "'").equals("t");
  }
}

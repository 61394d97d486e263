package io.servicegroup.backend.postgres;

import static io.servicegroup.backend.postgres.PostgresLivenessRig.join;
import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.Started;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whose life a beat counts for, where another was joined or the database came back older. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class PostgresIncarnationsIT {

  @Started("fsync=off")
  private static PostgresServer server;

  @Started private static Vertx vertx;
  private LivenessHarness agent;

  @BeforeEach
  void open() {
    PostgresLivenessRig.createTables(server);
    agent = PostgresLivenessRig.agent(vertx, "agent-1", server.uri(), true).open();
  }

  @AfterEach
  void close() {
    agent.close();
  }

  @Test
  void aBeatThatWaitedForAJoinDoesNotCountForTheNewLife() throws SQLException {
    Heartbeat older = join(server, "compute", "h1");
    agent.write(older);
    Future<List<Conflict>> late;
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("UPDATE services SET version = version + 1");
      statement.execute(
          """
          UPDATE servicegroup_members SET generation = generation + 1,
            incarnation = generation + 1 || '-def', joined_count = 1
          """);
      late = agent.startWrite(older);
      server.awaitBlocked();
      other.commit();
    }

    assertThat(await(late))
        .containsExactly(new Conflict(older.id(), older.incarnation(), Conflict.Kind.SUPERSEDED));
    assertThat(server.ask("SELECT report_count FROM services")).isEqualTo("1");
  }

  @Test
  void aBeatThatWaitedForAnythingElseIsRepeated() throws SQLException {
    Heartbeat life = join(server, "compute", "h1");
    agent.write(life);
    Future<List<Conflict>> late;
    try (Connection other = server.connect();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute("UPDATE services SET disabled = true");
      late = agent.startWrite(life);
      server.awaitBlocked();
      other.commit();
    }

    assertThat(await(late)).isEmpty();
    assertThat(agent.write(life)).isEmpty();
    assertThat(server.number("SELECT report_count FROM services")).isGreaterThanOrEqualTo(2);
  }

  @Test
  void aLifeThatIsNotNewerSupersedesNobodyAndGetsNoBeats() {
    Heartbeat life = join(server, "compute", "h1");
    agent.write(life);
    for (String stored : List.of("generation", "generation - 1")) {
      server.execute(
          "UPDATE servicegroup_members SET generation = %1$s, incarnation = %1$s || '-def'"
              .formatted(stored));

      assertThat(agent.write(life)).as(stored).isEmpty();
      assertThat(agent.write(life)).as(stored).isEmpty();
      assertThat(server.ask("SELECT report_count FROM services")).as(stored).isEqualTo("1");
    }
  }

  @Test
  void whoIsSupersededSeesTheBeatsOfTheNewerLife() {
    Heartbeat older = join(server, "compute", "h1");
    agent.write(older);
    Heartbeat newer = join(server, "compute", "h1");
    assertThat(agent.write(older))
        .extracting(Conflict::kind)
        .containsExactly(Conflict.Kind.SUPERSEDED);
    agent.write(List.of(), List.of(older));
    LivenessHarness second = PostgresLivenessRig.agent(vertx, "agent-2", server.uri(), true).open();
    for (int i = 0; i < 8; i++) {
      second.write(newer);
      assertThat(agent.poll().beats())
          .as("poll " + i)
          .extracting(Beat::incarnation)
          .containsExactly(newer.incarnation());
    }
    second.close();
  }

  @Test
  void aRowThatIsGoneWithoutATraceWasNotDeleted() {
    Heartbeat life = join(server, "compute", "h1");
    agent.write(life);
    server.execute("TRUNCATE services, servicegroup_members");

    assertThat(agent.write(life)).isEmpty();
    assertThat(agent.write(life)).isEmpty();
  }
}

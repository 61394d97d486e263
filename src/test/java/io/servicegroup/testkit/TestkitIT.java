package io.servicegroup.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** The faults are what they say: otherwise a test that survives them has shown nothing. */
class TestkitIT {

  private static final Duration SHORT = Duration.ofMillis(500);
  @Started private static PostgresServer server;

  @Test
  void dataOutliveACrashAndAStop() {
    server.execute("CREATE TABLE kept (id integer)");
    server.execute("INSERT INTO kept VALUES (7)");
    server.crash();
    server.start();
    server.restart();
    server.kill();
    server.start();
    server.start();
    assertThat(server.number("SELECT id FROM kept")).isEqualTo(7);
    server.startEmpty();
    assertThat(server.ask("SELECT to_regclass('kept')")).isNull();
  }

  @Test
  void aPausedServerHangsAndGoesOn() throws Exception {
    try (Connection connection = server.connect()) {
      server.pause();
      CompletableFuture<Integer> answer = select(connection);
      assertHangs(answer);
      server.resume();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void aHungNetworkDeliversLate() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port());
        Connection connection = through(proxy)) {
      proxy.hang();
      CompletableFuture<Integer> answer = select(connection);
      assertHangs(answer);
      proxy.pass();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void aHalfOpenConnectionDeliversRequestsOnly() throws Exception {
    server.execute("CREATE SEQUENCE arrived");
    try (TcpProxy proxy = TcpProxy.to(server.port());
        Connection connection = through(proxy)) {
      proxy.hangAnswers();
      CompletableFuture<Integer> answer = ask(connection, "SELECT nextval('arrived')");
      assertHangs(answer);
      assertThat(server.number("SELECT last_value FROM arrived WHERE is_called")).isEqualTo(1);
      proxy.pass();
      assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    }
  }

  @Test
  void aSwallowedConnectionNeverAnswersAndANewOneDoes() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port());
        Connection swallowed = through(proxy)) {
      proxy.swallow();
      assertHangs(select(swallowed));
      try (Connection fresh = through(proxy)) {
        assertThat(select(fresh).get(10, TimeUnit.SECONDS)).isEqualTo(1);
      }
    }
  }

  @Test
  void aRefusingNetworkEndsAndRefusesUntilItPasses() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port());
        Connection connection = through(proxy)) {
      proxy.refuse();
      assertThatThrownBy(() -> select(connection).get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class);
      assertThatThrownBy(() -> through(proxy)).isInstanceOf(SQLException.class);
      proxy.pass();
      try (Connection fresh = through(proxy)) {
        assertThat(select(fresh).get(10, TimeUnit.SECONDS)).isEqualTo(1);
      }
    }
  }

  @Test
  void aDelayIsAddedInEachDirection() throws Exception {
    try (TcpProxy proxy = TcpProxy.to(server.port());
        Connection connection = through(proxy)) {
      proxy.delay(Duration.ofMillis(200));
      long started = System.nanoTime();
      assertThat(select(connection).get(10, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(Duration.ofNanos(System.nanoTime() - started))
          .isGreaterThanOrEqualTo(Duration.ofMillis(390));
    }
  }

  @Test
  void aPoolerAnswersInTransactionMode() throws Exception {
    try (PgBouncer pooler = PgBouncer.start(server, 2)) {
      String url = pooler.uri().replaceAll(".*@(.*)\\?.*", "jdbc:postgresql://$1");
      try (Connection connection =
          DriverManager.getConnection(url, "postgres", PostgresServer.PASSWORD)) {
        assertThat(select(connection).get(10, TimeUnit.SECONDS)).isEqualTo(1);
      }
    }
  }

  private static Connection through(TcpProxy proxy) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres",
        "postgres",
        PostgresServer.PASSWORD);
  }

  private static CompletableFuture<Integer> select(Connection connection) {
    return ask(connection, "SELECT 1");
  }

  private static CompletableFuture<Integer> ask(Connection connection, String sql) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (ResultSet rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static void assertHangs(CompletableFuture<Integer> answer) {
    assertThatThrownBy(() -> answer.get(SHORT.toMillis(), TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
  }
}

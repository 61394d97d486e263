package io.servicegroup.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A real PostgreSQL on a fixed port, whose data stay when it is stopped. The superuser is {@code
 * postgres} with the password {@link #PASSWORD}, the database is {@code postgres}.
 */
public final class PostgresServer extends BackendServer {

  /** The superuser's password. */
  public static final String PASSWORD = "s3cret-w0rd";

  private static final String READY = "ready to accept connections";

  private final List<String> settings;

  private PostgresServer(List<String> settings) {
    super("postgresql", Unprivileged.directory("servicegroup-pg-"), Ports.free());
    this.settings = settings;
  }

  /**
   * Makes and starts a server.
   *
   * @param settings {@code name=value} of postgresql.conf; everything else is PostgreSQL's default
   * @return the running server
   */
  public static PostgresServer create(String... settings) {
    PostgresServer server = new PostgresServer(Arrays.asList(settings));
    server.forget();
    server.start();
    return server;
  }

  @Override
  List<String> command() {
    List<String> command =
        new ArrayList<>(
            List.of(
                PostgresFiles.program("postgres"),
                "-D",
                data(),
                "-p",
                Integer.toString(port()),
                "-k",
                home().toString(),
                "-c",
                "listen_addresses=127.0.0.1"));
    settings.forEach(setting -> command.addAll(List.of("-c", setting)));
    return Unprivileged.command(command);
  }

  @Override
  void awaitReady() {
    awaitLine(READY);
  }

  /** A server's data are a copy of what initdb makes, which takes several times as long. */
  @Override
  void forget() {
    if (Files.exists(Path.of(data()))) {
      TempFiles.delete(Path.of(data()));
    }
    ManagedProcess.run(
        List.of("cp", "-a", "--reflink=auto", PostgresFiles.data().toString(), data()));
  }

  /** Stops the server in good order, ending every session, for which SIGTERM would wait. */
  @Override
  public void stop() {
    stop("INT");
  }

  /** Stops the server as a crash would: the next start recovers. */
  public void crash() {
    stop("QUIT");
  }

  /** Stops and starts. */
  public void restart() {
    stop();
    start();
  }

  @Override
  public String uri(int behind) {
    return uriAt(behind);
  }

  /**
   * Where an agent finds it behind something.
   *
   * @param behind the port of a proxy or a pooler on 127.0.0.1
   * @return a URI with the password
   */
  public static String uriAt(int behind) {
    return "postgresql://postgres:" + PASSWORD + "@127.0.0.1:" + behind + "/postgres";
  }

  /**
   * Connects past every proxy.
   *
   * @return a new connection, the caller's to close
   * @throws SQLException where the server does not answer
   */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port() + "/postgres?loginTimeout=10",
        "postgres",
        PASSWORD);
  }

  /**
   * Runs statements.
   *
   * @param sql one or several statements
   */
  public void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }

  /** Waits until a session waits for what another one holds. */
  public void awaitBlocked() {
    Eventually.await(
        "a session that waits for another",
        () -> number("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"),
        waiting -> waiting > 0);
  }

  /**
   * Asks for one value.
   *
   * @param sql a query
   * @return the first column of the first row as text; null where there is none
   */
  public String ask(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      return rows.next() ? rows.getString(1) : null;
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }

  /**
   * Asks for one number.
   *
   * @param sql a query
   * @return the first column of the first row
   */
  public long number(String sql) {
    return Long.parseLong(ask(sql));
  }

  private String data() {
    return home().resolve("data").toString();
  }
}

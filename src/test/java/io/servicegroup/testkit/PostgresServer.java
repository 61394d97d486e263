package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A real PostgreSQL on a fixed port, whose data stay when it is stopped. The superuser is {@code
 * postgres} with the password {@link #PASSWORD}, the database is {@code postgres}.
 *
 * <p>Not thread-safe, except for connecting.
 */
public final class PostgresServer implements BackendServer {

  /** The superuser's password. */
  public static final String PASSWORD = "s3cret-w0rd";

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String READY = "ready to accept connections";

  private final Path home = Unprivileged.directory("servicegroup-pg-");
  private final Path programs = PostgresBinaries.directory().resolve("bin");
  private final int port = Ports.free();
  private final List<String> settings;
  private ManagedProcess process;

  private PostgresServer(List<String> settings) {
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
    server.initialize();
    server.start();
    return server;
  }

  @Override
  public String scheme() {
    return "postgresql";
  }

  @Override
  public void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                programs.resolve("postgres").toString(),
                "-D",
                data(),
                "-p",
                Integer.toString(port),
                "-k",
                home.toString(),
                "-c",
                "listen_addresses=127.0.0.1"));
    settings.forEach(setting -> command.addAll(List.of("-c", setting)));
    process =
        ManagedProcess.start(
            "postgres", new ProcessBuilder(Unprivileged.command(command)).directory(home.toFile()));
    process.awaitLine(READY, TIMEOUT);
  }

  @Override
  public void startEmpty() {
    if (process.isAlive()) {
      crash();
    }
    TempFiles.delete(Path.of(data()));
    initialize();
    start();
  }

  /** Stops the server in good order, ending every session, for which SIGTERM would wait. */
  @Override
  public void stop() {
    stop("INT");
  }

  @Override
  public void kill() {
    process.signalTree("KILL");
    process.awaitExit(TIMEOUT);
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

  /** Hangs every process of the server. */
  @Override
  public void pause() {
    process.signalTree("STOP");
  }

  @Override
  public void resume() {
    process.signalTree("CONT");
  }

  @Override
  public int port() {
    return port;
  }

  /**
   * Where an agent finds it.
   *
   * @return a URI with the password
   */
  public String uri() {
    return uriAt(port);
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
   * The server's main process; the sessions are its children.
   *
   * @return its id
   */
  @Override
  public long pid() {
    return process.pid();
  }

  /**
   * What the server printed since its last start.
   *
   * @return its log
   */
  public Journal<String> log() {
    return process.output();
  }

  /**
   * Connects past every proxy.
   *
   * @return a new connection, the caller's to close
   * @throws SQLException where the server does not answer
   */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres?loginTimeout=10", "postgres", PASSWORD);
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

  /** Ends the server and deletes its data. */
  @Override
  public void close() {
    process.close();
    TempFiles.delete(home);
  }

  private void stop(String signal) {
    process.signal(signal);
    process.awaitExit(TIMEOUT);
  }

  private String data() {
    return home.resolve("data").toString();
  }

  private void initialize() {
    try {
      Path passwordFile = home.resolve("password");
      Files.writeString(passwordFile, PASSWORD);
      Unprivileged.give(passwordFile);
      ManagedProcess.run(
          Unprivileged.command(
              List.of(
                  programs.resolve("initdb").toString(),
                  "-D",
                  data(),
                  "-U",
                  "postgres",
                  "-E",
                  "UTF8",
                  "--locale=C",
                  "-A",
                  "scram-sha-256",
                  "--pwfile=" + passwordFile,
                  "--no-sync")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

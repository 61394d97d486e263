package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real PgBouncer in transaction mode in front of a {@link PostgresServer}. */
public final class PgBouncer implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Path home = Unprivileged.directory("servicegroup-pgbouncer-");
  private final int port = Ports.free();
  private final ManagedProcess process;

  private PgBouncer(int target, int poolSize) {
    process = launch(target, poolSize);
  }

  /**
   * Starts a pooler.
   *
   * @param server what it pools
   * @param poolSize how many server connections it may open
   * @return the running pooler
   */
  public static PgBouncer start(PostgresServer server, int poolSize) {
    return new PgBouncer(server.port(), poolSize);
  }

  /**
   * Where an agent finds it.
   *
   * @return a URI with the password and {@code pooled=true}
   */
  public String uri() {
    return PostgresServer.uriAt(port) + "?pooled=true";
  }

  /**
   * What it printed.
   *
   * @return its log
   */
  public Journal<String> log() {
    return process.output();
  }

  @Override
  public void close() {
    process.close();
    TempFiles.delete(home);
  }

  private ManagedProcess launch(int target, int poolSize) {
    try {
      Path users = home.resolve("users.txt");
      Files.writeString(users, "\"postgres\" \"" + PostgresServer.PASSWORD + "\"\n");
      Unprivileged.give(users);
      Path config = home.resolve("pgbouncer.ini");
      Files.writeString(
          config,
          """
          [databases]
          postgres = host=127.0.0.1 port=%d
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = scram-sha-256
          auth_file = %s
          pool_mode = transaction
          default_pool_size = %d
          max_client_conn = 500
          """
              .formatted(target, port, users, poolSize));
      Unprivileged.give(config);
      ManagedProcess started =
          ManagedProcess.start(
              "pgbouncer",
              new ProcessBuilder(Unprivileged.command(List.of(program(), config.toString()))));
      started.awaitLine("process up", TIMEOUT);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String program() {
    return List.of("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer").stream()
        .filter(path -> Files.isExecutable(Path.of(path)))
        .findFirst()
        .orElseThrow(
            () -> new IllegalStateException("there is no pgbouncer: apt-get install pgbouncer"));
  }
}

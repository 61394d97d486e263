package io.servicegroup.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real PgBouncer in transaction mode in front of a {@link PostgresServer}. */
public final class PgBouncer extends ServerProcess {

  private final int target;
  private final int poolSize;
  private final String ignored;

  private PgBouncer(int target, int poolSize, String ignored) {
    super("pgbouncer", Unprivileged.directory("servicegroup-pgbouncer-"), Ports.free());
    this.target = target;
    this.poolSize = poolSize;
    this.ignored = ignored;
  }

  /**
   * Starts a pooler.
   *
   * @param server what it pools
   * @param poolSize how many server connections it may open
   * @return the running pooler
   */
  public static PgBouncer start(PostgresServer server, int poolSize) {
    return start(server, poolSize, "extra_float_digits");
  }

  /**
   * Starts a pooler that takes a session's settings, and ignores them, so that it can be taken for
   * a server.
   *
   * @param server what it pools
   * @param poolSize how many server connections it may open
   * @return the running pooler
   */
  public static PgBouncer tolerant(PostgresServer server, int poolSize) {
    return start(
        server,
        poolSize,
        "statement_timeout,lock_timeout,idle_in_transaction_session_timeout,plan_cache_mode,search_path,jit,synchronous_commit");
  }

  private static PgBouncer start(PostgresServer server, int poolSize, String ignored) {
    PgBouncer pooler = new PgBouncer(server.port(), poolSize, ignored);
    pooler.start();
    return pooler;
  }

  /**
   * Where an agent finds it.
   *
   * @return a URI with the password and {@code pooled=true}
   */
  public String uri() {
    return PostgresServer.uriAt(port()) + "?pooled=true";
  }

  @Override
  List<String> command() throws IOException {
    Path users = home().resolve("users.txt");
    Files.writeString(users, "\"postgres\" \"" + PostgresServer.PASSWORD + "\"\n");
    Unprivileged.give(users);
    Path config = home().resolve("pgbouncer.ini");
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
        ignore_startup_parameters = %s
        """
            .formatted(target, port(), users, poolSize, ignored));
    Unprivileged.give(config);
    return Unprivileged.command(List.of(program("pgbouncer"), config.toString()));
  }

  @Override
  void awaitReady() {
    awaitLine("process up");
  }
}

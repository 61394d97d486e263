package io.servicegroup.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real PgBouncer in transaction mode in front of a {@link PostgresServer}. */
public final class PgBouncer extends ServerProcess {

  private final int target;
  private final int poolSize;

  private PgBouncer(int target, int poolSize) {
    super("pgbouncer", Unprivileged.directory("servicegroup-pgbouncer-"), Ports.free());
    this.target = target;
    this.poolSize = poolSize;
  }

  /**
   * Starts a pooler.
   *
   * @param server what it pools
   * @param poolSize how many server connections it may open
   * @return the running pooler
   */
  public static PgBouncer start(PostgresServer server, int poolSize) {
    PgBouncer pooler = new PgBouncer(server.port(), poolSize);
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
        """
            .formatted(target, port(), users, poolSize));
    Unprivileged.give(config);
    return Unprivileged.command(List.of(program("pgbouncer"), config.toString()));
  }

  @Override
  void awaitReady() {
    awaitLine("process up");
  }
}

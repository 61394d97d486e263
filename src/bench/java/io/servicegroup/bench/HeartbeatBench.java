package io.servicegroup.bench;

import io.servicegroup.backend.postgres.BeatLoop;
import io.servicegroup.backend.postgres.PostgresCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a heartbeat costs, ours and its server's, and beside it Nova's. */
public final class HeartbeatBench {

  private static final int ROUNDS = 5;
  private static final int WARM_UP_ROUNDS = 3;
  private static final int NOVA_BEATS = 1_000;

  private HeartbeatBench() {}

  /**
   * Measures and prints.
   *
   * @param arguments {@code --peers} for Nova's own driver too
   * @throws SQLException where it cannot be measured
   */
  public static void main(String[] arguments) throws SQLException {
    try {
      measure(List.of(arguments).contains("--peers"));
      System.exit(0);
    } catch (RuntimeException e) {
      // Otherwise Vert.x's threads would keep the JVM.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void measure(boolean peers) throws SQLException {
    System.out.printf(
        "%-38s %10s %10s %10s %10s%n",
        "CPU-s per 1,000 beats, medians of 5", "beats/s", "client", "server", "total");
    Round one = show("servicegroup, 1 member an agent", ours(1, 10_000));
    Round thousand = show("servicegroup, 1,000 members an agent", ours(1_000, 300));
    if (peers) {
      Round nova = show("Nova, database driver", nova());
      System.out.printf(
          "%nNova costs %.0f times as much as 1 member an agent, %.0f times as 1,000%n",
          nova.total() / one.total(), nova.total() / thousand.total());
    }
  }

  private static Round show(String name, List<Round> rounds) {
    Round median = Round.median(rounds);
    System.out.printf(
        "%-38s %10.0f %10.5f %10.5f %10.5f%n",
        name, median.beatsPerSecond(), median.client(), median.server(), median.total());
    return median;
  }

  private static List<Round> ours(int members, int writes) throws SQLException {
    try (PostgresServer server = PostgresServer.create()) {
      server.execute(
          new PostgresCatalogFactory()
              .schema(
                  new AgentConfig.Catalog(
                      BackendUri.parse(server.uri()), AgentConfig.CreateTables.ALL)));
      try (BeatLoop loop = new BeatLoop(server, members)) {
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
          loop.run(writes);
        }
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
          rounds.add(loop.run(writes));
        }
        return rounds;
      }
    }
  }

  private static List<Round> nova() {
    try (PostgresServer server = PostgresServer.create()) {
      return ManagedProcess.run(
              List.of(
                  "scripts/bench-peers/nova-heartbeat.py",
                  server.uri().replace("postgresql:", "postgresql+psycopg2:"),
                  Long.toString(server.pid()),
                  Integer.toString(NOVA_BEATS),
                  Integer.toString(ROUNDS)))
          .stream()
          .filter(line -> line.startsWith("{"))
          .map(JsonObject::new)
          .map(
              json ->
                  new Round(
                      json.getDouble("beats_per_second"),
                      json.getDouble("client_cpu_s_per_1000"),
                      json.getDouble("server_cpu_s_per_1000")))
          .toList();
    }
  }
}

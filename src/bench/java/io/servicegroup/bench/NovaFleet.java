package io.servicegroup.bench;

import io.servicegroup.testkit.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Services that beat by Nova's own driver, at an interval, on a server of their own. */
final class NovaFleet implements AutoCloseable {

  private final PostgresServer server = FleetCost.server();
  private final Process process;

  NovaFleet(int services, double interval) {
    String uri = FleetCost.uri(server).replace("postgresql:", "postgresql+psycopg2:");
    try {
      process =
          new ProcessBuilder(
                  List.of(
                      "scripts/bench-peers/nova-fleet.py",
                      uri,
                      Integer.toString(services),
                      Double.toString(interval)))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      BufferedReader output = process.inputReader();
      String line = output.readLine();
      while (line != null && !line.equals("ready")) {
        line = output.readLine();
      }
      if (line == null) {
        throw new IllegalStateException("Nova's services did not start");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What was spent so far. */
  FleetCost cost() {
    return FleetCost.now(server, () -> Cpu.ofTree(process.pid()));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    server.close();
  }
}

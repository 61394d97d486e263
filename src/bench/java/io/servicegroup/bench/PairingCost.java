package io.servicegroup.bench;

import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.ManagedProcess;
import java.nio.file.Path;
import java.time.Duration;

/** What a fleet at the default intervals costs while nothing happens. */
final class PairingCost {

  private static final Duration START = Duration.ofMinutes(5);
  private static final Duration SETTLE = Duration.ofSeconds(10);
  private static final Duration TIME = Duration.ofSeconds(40);

  /** The default {@code report_interval}. */
  private static final double REPORT_SECONDS = 5;

  private PairingCost() {}

  /**
   * What was measured.
   *
   * @param transactions of PostgreSQL, per member and minute; 0 where it is not in the pairing
   * @param walBytes of PostgreSQL, per member and minute
   * @param agentCpu CPU-seconds of all agents per 1,000 beats that are due, polls and all
   * @param catalogCpu of the catalogue's server
   * @param livenessCpu of the beats' server; 0 where the catalogue's is it
   */
  record Figures(
      double transactions,
      double walBytes,
      double agentCpu,
      double catalogCpu,
      double livenessCpu) {}

  private record Counted(
      double seconds, Stand.Database database, double agents, double catalog, double liveness) {}

  /** Measures, which takes about a minute. */
  static Figures measure(Stand catalog, Stand liveness) {
    try (ManagedProcess fleet = start(catalog, liveness)) {
      fleet.awaitLine(PairingFleet.READY, START);
      new Journal<>().during(SETTLE);
      Counted before = count(fleet, catalog, liveness);
      new Journal<>().during(TIME);
      Counted after = count(fleet, catalog, liveness);
      return figures(before, after);
    }
  }

  private static ManagedProcess start(Stand catalog, Stand liveness) {
    return ManagedProcess.start(
        "fleet",
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx1g",
            "-Xss256k",
            "-Dlog.servicegroup=warn",
            "-cp",
            System.getProperty("java.class.path"),
            PairingFleet.class.getName(),
            catalog.uri(),
            liveness.uri()));
  }

  private static Counted count(ManagedProcess fleet, Stand catalog, Stand liveness) {
    Stand.Database database = catalog.database().or(liveness::database).orElse(Stand.NO_DATABASE);
    return new Counted(
        System.nanoTime() / 1e9,
        database,
        Cpu.ofTree(fleet.pid()),
        catalog.cpu(),
        liveness == catalog ? 0 : liveness.cpu());
  }

  private static Figures figures(Counted before, Counted after) {
    double seconds = after.seconds - before.seconds;
    double memberMinutes = PairingFleet.AGENTS * seconds / 60;
    double thousandBeats = PairingFleet.AGENTS * seconds / REPORT_SECONDS / 1000;
    return new Figures(
        (after.database.transactions() - before.database.transactions()) / memberMinutes,
        (after.database.walBytes() - before.database.walBytes()) / memberMinutes,
        (after.agents - before.agents) / thousandBeats,
        (after.catalog - before.catalog) / thousandBeats,
        (after.liveness - before.liveness) / thousandBeats);
  }
}

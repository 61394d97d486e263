package io.servicegroup.bench;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a fleet at the default intervals costs its database, for each agent and minute: 100 whole
 * agents of one member in one JVM, each with an event loop and connections of its own; observers of
 * a small fleet, processes of their own, on a second server; and Nova's services on a third.
 */
public final class FleetBench implements AutoCloseable {

  private static final int AGENTS = 100;
  private static final int OBSERVED = 3;
  private static final int OBSERVERS = 2;
  private static final double NOVA_INTERVAL = 10;
  private static final Duration SETTLE = Duration.ofSeconds(35);
  private static final int PARTS = 6;
  private static final Duration PART = Duration.ofSeconds(10);

  /** The default of 100 connections may not be enough for as many agents. */
  private static final String MANY_CONNECTIONS = "max_connections=1000";

  /** The workers of autovacuum end transactions too, which would drown an observer's. */
  private static final String NO_VACUUM = "autovacuum=off";

  private final PostgresServer server = FleetCost.server(MANY_CONNECTIONS);
  private final PostgresServer seen = FleetCost.server(NO_VACUUM);
  private final List<AgentProcess> observers = new ArrayList<>();
  private final AgentProcess single;
  private final NovaFleet nova;

  private FleetBench(boolean peers) {
    nova = peers ? new NovaFleet(AGENTS, NOVA_INTERVAL) : null;
    single = AgentProcess.of(sidecar(seen, 0)).start();
    for (int i = 1; i < OBSERVED; i++) {
      startAgent(sidecar(seen, i));
    }
    for (int i = 0; i < OBSERVERS; i++) {
      observers.add(AgentProcess.of(observer(i)).start());
    }
    for (int i = 1; i <= AGENTS; i++) {
      startAgent(sidecar(server, i));
      if (i % 25 == 0) {
        say("%d agents have started", i);
      }
    }
  }

  /**
   * Measures and prints.
   *
   * @param arguments {@code --peers} for Nova's driver beside the agents
   */
  public static void main(String[] arguments) {
    int code = 0;
    try (FleetBench bench = new FleetBench(List.of(arguments).contains("--peers"))) {
      bench.measure();
    } catch (RuntimeException e) {
      e.printStackTrace();
      code = 1;
    }
    // Otherwise Vert.x's threads would keep the JVM.
    System.exit(code);
  }

  private void measure() {
    say("all have started; %d s to settle", SETTLE.toSeconds());
    new Journal<>().during(SETTLE);
    FleetCost agents = FleetCost.now(server, Cpu::ofThisProcess);
    FleetCost small = FleetCost.now(seen, this::observersCpu);
    FleetCost peer = nova == null ? null : nova.cost();
    double alone = Cpu.ofTree(single.process().pid());
    for (int i = 1; i <= PARTS; i++) {
      new Journal<>().during(PART);
      say("measured for %d of %d s", i * PART.toSeconds(), PARTS * PART.toSeconds());
    }
    alone = Cpu.ofTree(single.process().pid()) - alone;
    FleetCost sidecar = FleetCost.now(server, Cpu::ofThisProcess).since(agents).each(AGENTS);
    FleetCost observer =
        FleetCost.now(seen, this::observersCpu)
            .since(small)
            .without(OBSERVED, sidecar)
            .each(OBSERVERS);
    FleetCost service = peer == null ? null : nova.cost().since(peer).each(AGENTS);
    print(sidecar, observer, service);
    System.out.printf(
        Locale.ROOT,
        "a sidecar as a process of its own: %.2f %% of a core, %s resident%n",
        100 * alone / (PARTS * PART.toSeconds()),
        resident(single.process().pid()));
  }

  private double observersCpu() {
    return observers.stream().mapToDouble(one -> Cpu.ofTree(one.process().pid())).sum();
  }

  private static void print(FleetCost sidecar, FleetCost observer, FleetCost service) {
    System.out.printf(
        "%-44s %12s %8s %11s %11s %11s%n",
        "for each and a minute",
        "transactions",
        "WAL, kB",
        "server, ms",
        "client, ms",
        "connections");
    print("a sidecar of one member, of " + AGENTS, sidecar);
    print("  aim", "≤ 14", "", service == null ? "" : "≤ Nova's", "", "≤ 2");
    print("an observer of %d, of %d".formatted(OBSERVED, OBSERVERS), observer);
    print("  aim", "≤ 24", "", "", "", "≤ 2");
    if (service != null) {
      print("Nova's driver, every %.0f s, of %d".formatted(NOVA_INTERVAL, AGENTS), service);
    }
    System.out.println(
        "server: CPU of its whole process tree; client: of the agents, 100 in one JVM, observers"
            + " each in one; of Nova's services in one process on one connection");
  }

  private static void print(String what, FleetCost cost) {
    print(
        what,
        text("%.1f", cost.transactions()),
        text("%.1f", cost.wal() / 1000),
        text("%.2f", 1000 * cost.serverCpu()),
        text("%.0f", 1000 * cost.clientCpu()),
        text("%.2f", cost.connections()));
  }

  private static void print(
      String what, String transactions, String wal, String server, String client, String all) {
    System.out.printf(
        "%-44s %12s %8s %11s %11s %11s%n", what, transactions, wal, server, client, all);
  }

  private static String text(String format, double number) {
    return String.format(Locale.ROOT, format, number);
  }

  private static void say(String format, Object... arguments) {
    System.out.printf(format + "%n", arguments);
  }

  private static String resident(long pid) {
    try {
      return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .map(line -> line.substring("VmRSS:".length()).strip())
          .findFirst()
          .orElse("?");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonObject sidecar(PostgresServer server, int number) {
    JsonObject service = new JsonObject().put("group", "compute").put("host", "host-" + number);
    return new JsonObject()
        .put("agent", new JsonObject().put("host", "host-" + number))
        .put("services", new JsonArray().add(service))
        .put("catalog", new JsonObject().put("uri", FleetCost.uri(server)));
  }

  private JsonObject observer(int number) {
    return new JsonObject()
        .put("agent", new JsonObject().put("host", "observer-" + number))
        .put("catalog", new JsonObject().put("uri", FleetCost.uri(seen)));
  }

  private static void startAgent(JsonObject config) {
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1));
    await(BenchAgent.start(vertx, config));
  }

  @Override
  public void close() {
    observers.forEach(AgentProcess::close);
    single.close();
    if (nova != null) {
      nova.close();
    }
    server.close();
    seen.close();
  }
}

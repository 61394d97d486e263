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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a fleet at the default intervals costs: 100 whole agents of one member each in one JVM, each
 * with an event loop and connections of its own, one more as a process of its own, and their
 * server.
 */
public final class FleetBench {

  private static final int AGENTS = 100;
  private static final Duration SETTLE = Duration.ofSeconds(30);
  private static final Duration TIME = Duration.ofSeconds(120);
  private static final String BEATS = "SELECT coalesce(sum(report_count), 0) FROM services";

  private FleetBench() {}

  /**
   * Measures and prints.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    // The default of 100 connections is not enough for as many agents.
    try (PostgresServer server = PostgresServer.create("max_connections=1000");
        AgentProcess single = AgentProcess.of(config(server, 0)).start()) {
      for (int i = 1; i <= AGENTS; i++) {
        startAgent(config(server, i));
      }
      pass(SETTLE);
      measure(server, single);
      System.exit(0);
    } catch (IOException | RuntimeException e) {
      // Otherwise Vert.x's threads would keep the JVM.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void measure(PostgresServer server, AgentProcess single) throws IOException {
    long pid = single.process().pid();
    long beats = server.number(BEATS);
    double serverCpu = Cpu.ofTree(server.pid());
    double ownCpu = Cpu.ofThisProcess();
    double singleCpu = Cpu.ofTree(pid);
    long started = System.nanoTime();
    pass(TIME);
    double seconds = (System.nanoTime() - started) / 1e9;
    serverCpu = Cpu.ofTree(server.pid()) - serverCpu;
    ownCpu = Cpu.ofThisProcess() - ownCpu;
    singleCpu = Cpu.ofTree(pid) - singleCpu;
    beats = server.number(BEATS) - beats;
    long connections =
        server.number(
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'");
    System.out.printf("%d agents for %.0f s, %d beats%n", AGENTS + 1, seconds, beats);
    System.out.printf(
        "server:                      %6.2f %% of a core, %.3f CPU-s per 1,000 beats, polls and"
            + " all, %d connections%n",
        100 * serverCpu / seconds, 1000 * serverCpu / beats, connections - 1);
    System.out.printf(
        "an agent, of 100 in one JVM: %6.2f %% of a core%n", 100 * ownCpu / seconds / AGENTS);
    System.out.printf(
        "an agent, its own process:   %6.2f %% of a core, %s resident%n",
        100 * singleCpu / seconds, resident(pid));
  }

  private static String resident(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> line.substring("VmRSS:".length()).strip())
        .findFirst()
        .orElse("?");
  }

  private static JsonObject config(PostgresServer server, int number) {
    JsonObject service = new JsonObject().put("group", "compute").put("host", "host-" + number);
    return new JsonObject()
        .put("agent", new JsonObject().put("host", "host-" + number))
        .put("services", new JsonArray().add(service))
        .put("catalog", new JsonObject().put("uri", server.uri()));
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

  private static void pass(Duration time) {
    new Journal<>().during(time);
  }
}

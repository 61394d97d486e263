package io.servicegroup.bench;

import io.servicegroup.bench.FootprintAgent.Size;
import io.servicegroup.bench.FootprintAgent.Start;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.TempFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What an agent costs the machine that it is a guest of: PostgreSQL, one member, the defaults; with
 * the JVM's own defaults and as {@code scripts/servicegroup-agent} starts it, on each JDK.
 */
public final class FootprintBench {

  private static final int STARTS = 7;
  private static final Duration SETTLE = Duration.ofSeconds(20);
  private static final Duration IDLE = Duration.ofSeconds(60);
  private static final Path JAR = Path.of("target/servicegroup-agent.jar").toAbsolutePath();
  private static final Path SCRIPT = Path.of("scripts/servicegroup-agent").toAbsolutePath();

  /**
   * How an agent is started.
   *
   * @param name of the column
   * @param command without the agent's arguments
   * @param home the JDK
   * @param environment besides this process's
   */
  private record Way(
      String name, List<String> command, Path home, Map<String, String> environment) {}

  /** What was measured of one way. */
  private record Figures(List<Start> starts, Size size, double idlePercent) {
    double median(ToDoubleFunction<Start> of) {
      return starts.stream().mapToDouble(of).sorted().skip(starts.size() / 2).findFirst().orElse(0);
    }
  }

  private FootprintBench() {}

  /**
   * Measures and prints.
   *
   * @param arguments a JDK each: its version, an equals sign, its directory
   * @throws IOException where a process ended that was to be measured
   */
  public static void main(String[] arguments) throws IOException {
    Path cache = TempFiles.directory("servicegroup-footprint-");
    try (PostgresServer database = PostgresServer.create()) {
      List<Way> ways = new ArrayList<>();
      for (String argument : arguments) {
        String[] jdk = argument.split("=", 2);
        ways.addAll(ways(jdk[0], Path.of(jdk[1]), cache));
      }
      print(measure(ways, database));
    } finally {
      TempFiles.delete(cache);
    }
  }

  private static List<Way> ways(String version, Path home, Path cache) {
    String java = home.resolve("bin/java").toString();
    return List.of(
        new Way("JDK " + version, List.of(java, "-jar", JAR.toString(), "run"), home, Map.of()),
        new Way(
            version + ", script",
            List.of(SCRIPT.toString(), "run"),
            home,
            Map.of("SERVICEGROUP_JAR", JAR.toString(), "SERVICEGROUP_CACHE", cache.toString())));
  }

  private static Map<Way, Figures> measure(List<Way> ways, PostgresServer database)
      throws IOException {
    Map<Way, List<Start>> starts = new LinkedHashMap<>();
    int host = 0;
    for (Way way : ways) {
      say("starting %s %d times; its first start makes tables and an archive", way.name(), STARTS);
      start(way, database, "first-" + ++host).close();
      List<Start> seen = new ArrayList<>();
      for (int i = 0; i < STARTS; i++) {
        try (FootprintAgent agent = start(way, database, "host-" + ++host)) {
          seen.add(agent.start());
        }
      }
      starts.put(way, seen);
    }
    Map<Way, FootprintAgent> running = new LinkedHashMap<>();
    try {
      for (Way way : ways) {
        running.put(way, start(way, database, "idle-" + ++host));
      }
      return idle(running, starts);
    } finally {
      running.values().forEach(FootprintAgent::close);
    }
  }

  private static FootprintAgent start(Way way, PostgresServer database, String host) {
    return FootprintAgent.start(way.command(), way.home(), way.environment(), database, host);
  }

  private static Map<Way, Figures> idle(
      Map<Way, FootprintAgent> running, Map<Way, List<Start>> starts) throws IOException {
    say("all of them run for %d s, and for %d s more", SETTLE.toSeconds(), IDLE.toSeconds());
    new Journal<>().during(SETTLE);
    Map<Way, Double> before = new LinkedHashMap<>();
    running.forEach((way, agent) -> before.put(way, agent.cpuSeconds()));
    long began = System.nanoTime();
    new Journal<>().during(IDLE);
    double seconds = (System.nanoTime() - began) / 1e9;
    Map<Way, Figures> figures = new LinkedHashMap<>();
    for (Map.Entry<Way, FootprintAgent> entry : running.entrySet()) {
      double used = entry.getValue().cpuSeconds() - before.get(entry.getKey());
      figures.put(
          entry.getKey(),
          new Figures(starts.get(entry.getKey()), entry.getValue().size(), 100 * used / seconds));
    }
    return figures;
  }

  private static void print(Map<Way, Figures> figures) {
    List<Way> ways = figures.keySet().stream().sorted(Comparator.comparing(Way::name)).toList();
    StringBuilder head = new StringBuilder("| PostgreSQL, one member, the defaults | aim |");
    ways.forEach(way -> head.append(' ').append(way.name()).append(" |"));
    System.out.println();
    System.out.println(head);
    System.out.println("|---|---|" + "---|".repeat(ways.size()));
    Function<ToDoubleFunction<Figures>, List<Double>> of =
        figure -> ways.stream().map(way -> figure.applyAsDouble(figures.get(way))).toList();
    row("resident, MB", "≤ 64", "%.1f", of.apply(f -> f.size().residentMb()));
    row("private dirty, MB", "≤ 40", "%.1f", of.apply(f -> f.size().privateMb()));
    row("threads", "≤ 16", "%.0f", of.apply(f -> f.size().threads()));
    row("live heap, MB", "≤ 5", "%.1f", of.apply(f -> f.size().liveHeapMb()));
    row("first beat after, ms (median)", "≤ 800", "%.0f", of.apply(f -> f.median(Start::millis)));
    row("CPU-s until then (median)", "≤ 0.8", "%.2f", of.apply(f -> f.median(Start::cpuSeconds)));
    row("idle, % of a core", "≤ 0.3", "%.2f", of.apply(Figures::idlePercent));
  }

  private static void row(String name, String aim, String format, List<Double> values) {
    StringBuilder line = new StringBuilder("| " + name + " | " + aim + " |");
    values.forEach(value -> line.append(' ').append(format.formatted(value)).append(" |"));
    System.out.println(line);
  }

  private static void say(String text, Object... values) {
    System.err.println("footprint: " + text.formatted(values));
  }
}

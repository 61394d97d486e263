package io.servicegroup.bench;

import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.Ports;
import io.servicegroup.testkit.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An agent of one member as a process of its own, and what it costs its machine. */
final class FootprintAgent implements AutoCloseable {

  private static final Duration END = Duration.ofSeconds(20);

  /** Ends with the member's first beat, some milliseconds after it was committed at most. */
  private static final String FIRST_BEAT =
      """
      SET statement_timeout = '60s';
      DO $$
      BEGIN
        LOOP
          EXIT WHEN EXISTS (SELECT FROM pg_class WHERE relname = 'services');
          PERFORM pg_sleep(0.003);
        END LOOP;
        LOOP
          EXIT WHEN EXISTS (SELECT FROM services WHERE host = '%s' AND report_count > 0);
          PERFORM pg_sleep(0.003);
        END LOOP;
      END $$\
      """;

  /**
   * What is measured of a start.
   *
   * @param millis from the start of the process to its first beat in the database
   * @param cpuSeconds what it used until then
   */
  record Start(double millis, double cpuSeconds) {}

  /**
   * What is measured of an agent that has been running for a while.
   *
   * @param residentMb in memory, files that others have too included
   * @param privateMb written to by it, so that nobody else can have it
   * @param threads of the operating system
   * @param liveHeapMb what is left of its objects after a full collection
   */
  record Size(double residentMb, double privateMb, int threads, double liveHeapMb) {}

  private final ManagedProcess process;
  private final String java;
  private final Start start;

  private FootprintAgent(ManagedProcess process, String java, Start start) {
    this.process = process;
    this.java = java;
    this.start = start;
  }

  /**
   * Starts an agent and waits for its first beat.
   *
   * @param command how an agent is started, without its arguments
   * @param home the JDK
   * @param environment besides this process's
   * @param database its catalogue and backend
   * @param host the member's host, which no other has
   * @return the running agent
   */
  static FootprintAgent start(
      List<String> command,
      Path home,
      Map<String, String> environment,
      PostgresServer database,
      String host) {
    List<String> all = new ArrayList<>(command);
    for (String setting :
        List.of(
            "agent.host=" + host,
            "catalog.uri=" + database.uri(),
            "services=[{group: compute}]",
            "http.port=" + Ports.free())) {
      all.addAll(List.of("--set", setting));
    }
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.environment().putAll(environment);
    builder.environment().put("JAVA_HOME", home.toString());
    long began = System.nanoTime();
    ManagedProcess process = ManagedProcess.start("agent " + host, builder);
    database.execute(FIRST_BEAT.formatted(host));
    double millis = (System.nanoTime() - began) / 1e6;
    Start start = new Start(millis, Cpu.ofTree(process.pid()));
    return new FootprintAgent(process, home.resolve("bin").toString(), start);
  }

  Start start() {
    return start;
  }

  double cpuSeconds() {
    return Cpu.ofTree(process.pid());
  }

  /** Measures its size. The full collection comes last, since it makes the process smaller. */
  Size size() throws IOException {
    double resident = memory("Rss");
    double written = memory("Private_Dirty");
    Matcher threads =
        Pattern.compile("Threads:\\s*(\\d+)")
            .matcher(Files.readString(Path.of("/proc", pid(), "status")));
    int count = threads.find() ? Integer.parseInt(threads.group(1)) : 0;
    return new Size(resident, written, count, liveHeap());
  }

  private double memory(String what) throws IOException {
    return Files.readAllLines(Path.of("/proc", pid(), "smaps_rollup")).stream()
            .filter(line -> line.startsWith(what + ":"))
            .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
            .sum()
        / 1000
        * 1.024;
  }

  private double liveHeap() {
    List<String> lines = ManagedProcess.run(List.of(java + "/jcmd", pid(), "GC.class_histogram"));
    String total = lines.get(lines.size() - 1).strip();
    return Double.parseDouble(total.split("\\s+")[2]) / 1e6;
  }

  private String pid() {
    return Long.toString(process.pid());
  }

  @Override
  public void close() {
    process.signal("TERM");
    process.awaitExit(END);
    process.close();
  }
}

package io.servicegroup.bench;

import io.servicegroup.bench.Observer.Seen;
import io.servicegroup.model.Status;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Journal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The fleet of {@link JoinsBench} on one backend, which is the catalogue too. */
final class JoinsRun implements AutoCloseable {

  private static final int AGENTS = Integer.getInteger("agents", 10);
  private static final int MEMBERS = Integer.getInteger("members", 1_000);
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final Duration LOOK = Duration.ofMillis(250);

  private static final String LIST = "/v1/groups/compute/members";
  private static final int WARM_UP = 15;
  private static final int TIMES = 15;
  private static final int SLOW_READERS = 3;
  private static final int WARNINGS = 5;

  /** What starts a sidecar, with 64 MB, and with an archive of its classes. */
  private static final Path SCRIPT = Path.of("scripts/servicegroup-agent").toAbsolutePath();

  /** More options for the agents' Java, to see what they do. */
  private static final String JAVA_OPTIONS = System.getProperty("agents.java", "");

  /** A line of progress at most so often. */
  private static final int LOOKS_PER_LINE = 8;

  private final List<AgentProcess> agents = new ArrayList<>();
  private final Path cache;
  private final Stand stand;
  private final Observer observer;

  /**
   * Starts the server and the observer.
   *
   * @param cache where the archive of the agents' classes is kept
   */
  JoinsRun(Technology technology, Path cache) {
    this.cache = cache;
    stand = technology.start();
    observer = new Observer(config().put("http", new JsonObject().put("port", 0)));
  }

  /**
   * What was measured.
   *
   * @param seconds from the start of the agents' processes until the last member was up at the
   *     observer
   * @param joining from the first join that an agent tells of until then
   * @param longestGap the longest time in which no member came up, from the first one on
   * @param agentsCpu CPU-seconds of all agents' processes, their starts included
   * @param serverCpu CPU-seconds of the server; 0 where the agents are the server
   * @param observerCpu CPU-seconds of the observer's process
   * @param work what the server counted, for 1,000 members
   */
  record Figures(
      double seconds,
      double joining,
      double longestGap,
      double agentsCpu,
      double serverCpu,
      double observerCpu,
      String work) {}

  /**
   * What lists take that an agent with the heap of a sidecar gives, which watches everybody.
   *
   * @param millis the median of the whole list, at an HTTP client
   * @param besideSlow the same while three clients read nothing of their lists
   */
  record Lists(double millis, double besideSlow) {}

  /** How many members there are. */
  static int members() {
    return AGENTS * MEMBERS;
  }

  Figures measure() {
    ServerWork before = ServerWork.of(stand);
    double server = stand.cpu();
    for (int i = 0; i < AGENTS; i++) {
      agents.add(agent(i));
    }
    makeArchive();
    double own = Cpu.ofThisProcess();
    long started = System.nanoTime();
    agents.forEach(AgentProcess::launch);
    List<Seen> up = awaitAll(started);
    agents.forEach(JoinsRun::tellWarnings);
    double agentsCpu =
        agents.stream().mapToDouble(agent -> Cpu.ofTree(agent.process().pid())).sum();
    long last = up.get(up.size() - 1).nanos();
    return new Figures(
        (last - started) / 1e9,
        (last - firstJoin(started)) / 1e9,
        longestGap(up) / 1e9,
        agentsCpu,
        stand.cpu() - server,
        Cpu.ofThisProcess() - own,
        ServerWork.of(stand).since(before, members()));
  }

  /** Makes the archive that each later start uses: the first start of a machine is not measured. */
  private void makeArchive() {
    try (AgentProcess first = launchedByScript(config())) {
      first.launch();
      first.awaitAnswer("/health/live", 200);
    }
  }

  /** When the first join was stored, as the agents' logs say it, on this JVM's clock. */
  private long firstJoin(long started) {
    Instant now = Instant.now();
    long nanos = System.nanoTime();
    return agents.stream()
        .flatMap(agent -> agent.process().output().since(0).stream())
        .filter(line -> line.contains(" joined ("))
        .map(line -> Instant.parse(line.substring(0, line.indexOf(' '))))
        .mapToLong(at -> nanos - Duration.between(at, now).toNanos())
        .min()
        .orElse(started);
  }

  private static long longestGap(List<Seen> up) {
    long longest = 0;
    for (int i = 1; i < up.size(); i++) {
      longest = Math.max(longest, up.get(i).nanos() - up.get(i - 1).nanos());
    }
    return longest;
  }

  /** To be called after {@link #measure}, when all members are up. */
  Lists lists() {
    List<Socket> slow = new ArrayList<>();
    try (AgentProcess reader = launchedByScript(config().put("watch", "all"))) {
      reader.launch();
      reader.awaitAnswer("/health/ready", 200);
      double alone = median(reader);
      for (int i = 0; i < SLOW_READERS; i++) {
        slow.add(slowReader(reader));
      }
      return new Lists(alone, median(reader));
    } finally {
      slow.forEach(JoinsRun::close);
    }
  }

  private static double median(AgentProcess reader) {
    double[] millis = new double[WARM_UP + TIMES];
    for (int i = 0; i < millis.length; i++) {
      long asked = System.nanoTime();
      HttpResponse<String> answer = list(reader);
      millis[i] = (System.nanoTime() - asked) / 1e6;
      int members = new JsonObject(answer.body()).getJsonArray("members", new JsonArray()).size();
      if (answer.statusCode() != 200 || members != members()) {
        throw new IllegalStateException(
            "%s answered %d with %,d members%s"
                .formatted(LIST, answer.statusCode(), members, reader.process().tail()));
      }
    }
    return Arrays.stream(millis).skip(WARM_UP).sorted().skip(TIMES / 2).findFirst().orElseThrow();
  }

  private static HttpResponse<String> list(AgentProcess reader) {
    try {
      return reader.get(LIST);
    } catch (UncheckedIOException e) {
      throw new IllegalStateException(LIST + ": " + e.getCause() + reader.process().tail(), e);
    }
  }

  private static Socket slowReader(AgentProcess reader) {
    try {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(4096);
      socket.connect(new InetSocketAddress(reader.uri("/").getHost(), reader.uri("/").getPort()));
      String request = "GET " + LIST + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What went wrong on the way, which a busy machine may be the cause of. */
  private static void tellWarnings(AgentProcess agent) {
    agent.process().output().since(0).stream()
        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
        .limit(WARNINGS)
        .forEach(System.out::println);
  }

  /** The first time that each member was seen up, in that order. */
  private List<Seen> awaitAll(long started) {
    long end = started + DEADLINE.toNanos();
    List<Seen> up = List.of();
    for (int look = 0; up.size() < members(); look++) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "%s: %d of %d members were up after %s%s"
                .formatted(
                    stand.technology().text(),
                    up.size(),
                    members(),
                    DEADLINE,
                    agents.get(0).process().tail()));
      }
      new Journal<>().during(LOOK);
      up = up();
      if (look % LOOKS_PER_LINE == 0 || up.size() == members()) {
        System.out.printf(
            "%s: %5.1f s: %,d of %,d up%n",
            stand.technology().text(), (System.nanoTime() - started) / 1e9, up.size(), members());
      }
    }
    return up;
  }

  private List<Seen> up() {
    Set<String> hosts = new LinkedHashSet<>();
    return observer.since(0).stream()
        .filter(seen -> seen.change().status() == Status.UP)
        .filter(seen -> hosts.add(seen.change().id().host()))
        .toList();
  }

  private JsonObject config() {
    return new JsonObject()
        .put("agent", new JsonObject().put("start_timeout", "3m"))
        .put("catalog", new JsonObject().put("uri", stand.uri()));
  }

  private AgentProcess agent(int number) {
    JsonArray services = new JsonArray();
    for (int i = 0; i < MEMBERS; i++) {
      services.add(
          new JsonObject().put("group", "compute").put("host", "host-" + number + "-" + i));
    }
    JsonObject config = config().put("services", services);
    config.getJsonObject("agent").put("host", "agent-" + number);
    return launchedByScript(config);
  }

  private AgentProcess launchedByScript(JsonObject config) {
    return AgentProcess.of(config)
        .by(
            SCRIPT,
            Map.of(
                "SERVICEGROUP_JAR",
                System.getProperty("servicegroup.jar"),
                "SERVICEGROUP_CACHE",
                cache.toString(),
                "SERVICEGROUP_JAVA_OPTIONS",
                JAVA_OPTIONS));
  }

  @Override
  public void close() {
    agents.forEach(AgentProcess::close);
    observer.close();
    stand.close();
  }
}

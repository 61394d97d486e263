package io.servicegroup.bench;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.bench.Observer.Seen;
import io.servicegroup.model.Status;
import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Journal;
import io.servicegroup.testkit.ManagedProcess;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The fleet of {@link ScaleBench} on one backend. */
final class ScaleRun implements AutoCloseable {

  private static final int AGENTS = Integer.getInteger("agents", 10);
  private static final int MEMBERS = Integer.getInteger("members", 1_000);
  private static final String GROUP = "compute";
  private static final Duration JOIN = Duration.ofMinutes(6);
  private static final Duration DETECT = Duration.ofMinutes(1);
  private static final Duration SETTLE = Duration.ofSeconds(10);
  private static final Duration STEADY = Duration.ofSeconds(30);

  private final boolean peers;
  private final Map<String, String> figures = new LinkedHashMap<>();
  private final List<AgentProcess> agents = new ArrayList<>();
  private final Stand catalog = Technology.POSTGRESQL.start();
  private final Stand stand;

  private final Vertx vertx = Vertx.vertx();
  private final NetServer service = listen(vertx);

  private final Observer observer;

  ScaleRun(Technology technology, boolean peers) {
    this.peers = peers;
    stand = technology == Technology.POSTGRESQL ? catalog : technology.start();
    observer = new Observer(config().put("http", new JsonObject().put("port", 0)));
  }

  /** The one service with a probe. */
  private static NetServer listen(Vertx vertx) {
    return await(vertx.createNetServer().connectHandler(held -> {}).listen(0, "127.0.0.1"));
  }

  /** Measures everything; the figures by their names. */
  Map<String, String> measure() {
    join();
    new Journal<>().during(SETTLE);
    steady();
    memory();
    if (peers && stand.technology().hasTooz()) {
      figure("members that tooz's reader finds", "%,d", Peer.toozMembers(stand, GROUP));
    }
    serviceDies();
    agentDies();
    agentStops();
    return figures;
  }

  private JsonObject config() {
    return new JsonObject()
        .put("agent", new JsonObject().put("start_timeout", "3m"))
        .put("catalog", new JsonObject().put("uri", catalog.uri()))
        .put("liveness", new JsonObject().put("backends", new JsonArray().add(stand.uri())));
  }

  private AgentProcess agent(int number) {
    JsonArray services = new JsonArray();
    for (int i = 0; i < MEMBERS; i++) {
      services.add(new JsonObject().put("group", GROUP).put("host", host(number, i)));
    }
    if (number == 0) {
      services
          .getJsonObject(0)
          .put(
              "probe",
              new JsonObject()
                  .put("type", "tcp")
                  .put("address", "127.0.0.1:" + service.actualPort())
                  .put("hold", true)
                  .put("fall", 1));
    }
    JsonObject config = config().put("services", services);
    config.getJsonObject("agent").put("host", "agent-" + number);
    return AgentProcess.of(config);
  }

  private static String host(int agent, int member) {
    return "host-" + agent + "-" + member;
  }

  private void join() {
    long started = System.nanoTime();
    for (int i = 0; i < AGENTS; i++) {
      agents.add(agent(i));
      agents.get(i).launch();
    }
    List<Seen> up;
    try {
      up = observer.await(0, AGENTS * MEMBERS, Status.UP, host -> true, JOIN);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(e.getMessage() + agents.get(0).process().tail(), e);
    }
    long first = up.get(0).nanos();
    long last = up.get(up.size() - 1).nanos();
    figure("ten agents started → 10,000 `UP` at the observer", "%.1f s", (last - started) / 1e9);
    figure("first `UP` → last `UP`", "%.1f s", (last - first) / 1e9);
  }

  private void steady() {
    int mark = observer.mark();
    Usage before = usage();
    new Journal<>().during(STEADY);
    Usage used = usage().since(before);
    double seconds = used.seconds();
    figure(
        "an agent with 1,000 members", "%.2f %% of a core", 100 * used.agents() / seconds / AGENTS);
    figure("the observer of 10,000", "%.2f %% of a core", 100 * used.observer() / seconds);
    if (stand != catalog) {
      figure(
          "PostgreSQL, the catalogue alone", "%.2f %% of a core", 100 * used.catalog() / seconds);
    }
    if (stand.hasServer()) {
      figure("the backend's server", "%.2f %% of a core", 100 * used.server() / seconds);
    }
    figure("to the backend's server", "%.1f kB/s", used.wire().toServer() / seconds / 1000);
    figure("from the backend's server", "%.1f kB/s", used.wire().fromServer() / seconds / 1000);
    figure("status changes in these 30 s", "%d", observer.mark() - mark);
  }

  private Usage usage() {
    return new Usage(
        System.nanoTime() / 1e9,
        agents.stream().mapToDouble(agent -> Cpu.ofTree(agent.process().pid())).sum(),
        Cpu.ofThisProcess(),
        stand.cpu(),
        catalog.cpu(),
        Wire.at(stand.port(), stand.hasServer() ? 1 : AGENTS + 1));
  }

  private record Usage(
      double seconds, double agents, double observer, double server, double catalog, Wire wire) {

    Usage since(Usage before) {
      return new Usage(
          seconds - before.seconds,
          agents - before.agents,
          observer - before.observer,
          server - before.server,
          catalog - before.catalog,
          wire.since(before.wire));
    }
  }

  private void memory() {
    if (stand.hasServer()) {
      figure("memory of the backend's server", "%.0f MiB", Cpu.memoryOfTree(stand.pid()));
    }
    figure(
        "memory of an agent with 1,000 members",
        "%.0f MiB",
        Cpu.memoryOfTree(agents.get(0).process().pid()));
  }

  private void serviceDies() {
    int mark = observer.mark();
    long at = System.nanoTime();
    await(service.close());
    List<Seen> down = observer.await(mark, 1, Status.DOWN, host(0, 0)::equals, DETECT);
    figure("one service dies → `DOWN`", "%s", after(at, down));
  }

  private void agentDies() {
    ManagedProcess victim = agents.remove(AGENTS - 1).process();
    int mark = observer.mark();
    long at = System.nanoTime();
    victim.kill();
    figure("SIGKILL of an agent → 1,000 `DOWN`", "%s", downs(mark, at, AGENTS - 1));
  }

  private void agentStops() {
    ManagedProcess victim = agents.remove(AGENTS - 2).process();
    int mark = observer.mark();
    long at = System.nanoTime();
    victim.signal("TERM");
    figure("SIGTERM of an agent → 1,000 `DOWN`", "%s", downs(mark, at, AGENTS - 2));
    victim.awaitExit(DETECT);
  }

  private String downs(int mark, long at, int agent) {
    Predicate<String> own = host -> host.startsWith("host-" + agent + "-");
    String found = after(at, observer.await(mark, MEMBERS, Status.DOWN, own, DETECT));
    long others =
        observer.since(mark).stream().filter(seen -> !own.test(seen.change().id().host())).count();
    return others == 0 ? found : found + "; " + others + " changes of others";
  }

  private static String after(long at, List<Seen> seen) {
    double first = (seen.get(0).nanos() - at) / 1e9;
    double last = (seen.get(seen.size() - 1).nanos() - at) / 1e9;
    String reason = ", `" + seen.get(0).change().reason().text() + "`";
    return seen.size() == 1
        ? "%.3f s".formatted(first) + reason
        : "%.2f – %.2f s".formatted(first, last) + reason;
  }

  private void figure(String name, String format, Object value) {
    String text = format.formatted(value);
    System.out.println(stand.technology().text() + ": " + name + ": " + text);
    figures.put(name, text);
  }

  @Override
  public void close() {
    agents.forEach(AgentProcess::close);
    observer.close();
    await(vertx.close());
    catalog.close();
    if (stand != catalog) {
      stand.close();
    }
  }
}

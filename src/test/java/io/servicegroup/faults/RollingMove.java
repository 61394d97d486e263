package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.POLL;
import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.BackendServer;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.ListeningService;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Members of one agent or more, and another agent that watches, move from one backend to another:
 * first all agents name the old one, then both, then the new one, each restarted once for each
 * step. In the middle one more member, a service, is killed. Nobody else may go down; at the end
 * the old backend is stopped for good.
 */
final class RollingMove implements AutoCloseable {

  /** The default: time enough for a restart on a machine that does other things as well. */
  private static final Duration DOWN = Duration.ofSeconds(15);

  private static final Duration LATEST_DOWN =
      DOWN.plus(POLL.multipliedBy(2)).plus(Duration.ofMillis(500));
  private static final int MEMBERS = 25;
  private static final String VICTIM = "compute/victim";

  private final int sidecars;
  private final Side from;
  private final Side to;
  private final PostgresServer catalog = PostgresServer.create("fsync=off");
  private final ListeningService service = new ListeningService();
  private final List<AgentProcess> agents = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private Duration longestRestart = Duration.ZERO;

  /**
   * One of the two.
   *
   * @param server null where there is none to stop: that of the catalogue, or the agents themselves
   * @param entries what each agent takes for it among its backends
   */
  private record Side(Technology technology, BackendServer server, List<JsonObject> entries) {
    void close() {
      if (server != null) {
        server.close();
      }
    }
  }

  private RollingMove(Technology from, Technology to, int sidecars) {
    this.sidecars = sidecars;
    this.from = side(from, from.backend(), from == Technology.POSTGRESQL);
    boolean same = from.backend().equals(to.backend());
    this.to =
        side(
            to,
            to.backend() + (same ? "-2" : ""),
            to == Technology.POSTGRESQL && from != Technology.POSTGRESQL);
  }

  /** Moves once; each of the sidecars has 25 members. */
  static Result run(Technology from, Technology to, int sidecars) {
    try (RollingMove move = new RollingMove(from, to, sidecars)) {
      return move.run();
    }
  }

  private Side side(Technology technology, String name, boolean atCatalog) {
    HazelcastAddresses addresses = new HazelcastAddresses();
    boolean agentsOnly = technology == Technology.HAZELCAST_MEMBER;
    BackendServer server = atCatalog || agentsOnly ? null : start(technology);
    List<JsonObject> entries = new ArrayList<>();
    for (int i = 0; i <= sidecars; i++) {
      String uri = agentsOnly ? addresses.next() : server == null ? catalog.uri() : server.uri();
      entries.add(new JsonObject().put("uri", uri).put("name", name));
    }
    return new Side(technology, server, entries);
  }

  private static BackendServer start(Technology technology) {
    return technology == Technology.POSTGRESQL
        ? PostgresServer.create("fsync=off")
        : technology.start();
  }

  private Result run() {
    for (int i = 0; i <= sidecars; i++) {
      agents.add(AgentProcess.of(config(i, List.of(from))).start());
    }
    AgentProcess observer = agents.get(0);
    observer.await(0, sidecars * MEMBERS + 1, change -> change.status().equals("UP"), PATIENCE);
    restart(0, List.of(from, to));
    restart(1, List.of(from, to));
    Duration found = kill(observer);
    for (int i = 2; i <= sidecars; i++) {
      restart(i, List.of(from, to));
    }
    for (int i = 0; i <= sidecars; i++) {
      restart(i, List.of(to));
    }
    if (from.server() != null) {
      from.server().stop();
    }
    observer.changes().during(LATEST_DOWN.plus(REPORT));
    verify();
    String counted =
        "%d false DOWN at %d agents, the killed service found after %d ms, longest restart %.1f s"
            .formatted(
                wrong().size(), sidecars + 1, found.toMillis(), longestRestart.toMillis() / 1000.0);
    return new Result(
        "rolling move from " + from.technology().text() + " to " + to.technology().text(),
        counted,
        faults);
  }

  /** As an upgrade does it, so that nobody leaves. */
  private void restart(int i, List<Side> sides) {
    AgentProcess agent = agents.get(i);
    long stopped = System.nanoTime();
    agent.process().signal("TERM");
    agent.process().awaitExit(PATIENCE);
    agent.configure(config(i, sides));
    agent.start();
    Duration took = Duration.ofNanos(System.nanoTime() - stopped);
    longestRestart = took.compareTo(longestRestart) > 0 ? took : longestRestart;
  }

  private Duration kill(AgentProcess observer) {
    int mark = observer.changes().mark();
    long killed = System.nanoTime();
    service.kill();
    List<Change> down =
        observer.changes().await(mark, 1, change -> change.is(VICTIM, "DOWN"), LATEST_DOWN);
    if (down.isEmpty()) {
      faults.add("the killed service was not found: " + observer.process().tail());
      return LATEST_DOWN;
    }
    return down.get(0).after(killed);
  }

  private void verify() {
    List<Change> wrong = wrong();
    if (!wrong.isEmpty()) {
      faults.add("members that lived went down: " + wrong);
    }
    String up = agents.get(0).get("/v1/groups/compute/members?status=UP").body();
    int members = new JsonObject(up).getJsonArray("members").size();
    if (members != sidecars * MEMBERS) {
      faults.add("%d members are up at the end, not %d".formatted(members, sidecars * MEMBERS));
    }
    String victim = agents.get(0).get("/v1/groups/compute/members/victim").body();
    if (!"DOWN".equals(new JsonObject(victim).getString("status"))) {
      faults.add("the killed service is not down at the end: " + victim);
    }
  }

  private List<Change> wrong() {
    return agents.stream()
        .flatMap(agent -> agent.changes().since(0).stream())
        .filter(change -> change.status().equals("DOWN") && !change.member().equals(VICTIM))
        .toList();
  }

  private JsonObject config(int i, List<Side> sides) {
    JsonObject config =
        i == 0
            ? Configs.observer(catalog.uri())
            : Configs.sidecar(catalog.uri(), "compute", Configs.names("host-" + i, MEMBERS));
    if (i == 1) {
      config
          .getJsonArray("services")
          .add(
              new JsonObject()
                  .put("group", "compute")
                  .put("host", "victim")
                  .put("probe", service.pidProbe()));
    }
    config.getJsonObject("agent").put("leave_on_stop", false);
    JsonArray named = new JsonArray();
    sides.forEach(side -> named.add(side.entries().get(i)));
    config
        .getJsonObject("liveness")
        .put("service_down_time", DOWN.toSeconds() + "s")
        .put("poll_interval", POLL.toSeconds() + "s")
        .put("verdict", "any")
        .put("backends", named);
    return config;
  }

  @Override
  public void close() {
    agents.forEach(AgentProcess::close);
    service.close();
    from.close();
    to.close();
    catalog.close();
  }
}

package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.ListeningService;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Two agents on one backend: the <em>sidecar</em> beats for two members and probes two others, the
 * <em>observer</em> watches. What dies is found, once, in time.
 */
final class Detection implements AutoCloseable {

  private static final int BEATING = 2;
  private static final int ROUNDS = 3;
  private static final int MEMBERS = BEATING + 2;
  private static final String PID = "probed/by-pid";
  private static final String HELD = "probed/by-tcp";
  private static final String UPGRADED = "upgraded";
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LEAVE_BOUND = Duration.ofSeconds(2);

  private final Site site;
  private final ListeningService byPid = new ListeningService();
  private final ListeningService byTcp = new ListeningService();
  private final AgentProcess observer;
  private final AgentProcess sidecar;
  private int upgrades;

  /** Starts both, with the catalogue in PostgreSQL. */
  Detection(Technology technology) {
    this(new Site(technology));
  }

  /** Starts both. The site is closed with this. */
  Detection(Site site) {
    this.site = site;
    JsonObject config = site.sidecar("compute", Configs.names("host", BEATING));
    config
        .getJsonArray("services")
        .add(probed("by-pid", byPid.pidProbe()))
        .add(probed("by-tcp", byTcp.heldTcpProbe()));
    sidecar = AgentProcess.of(config);
    // The start of a JVM on a busy machine is what an upgrade has to fit in.
    JsonObject patient = new JsonObject().put("service_down_time", "20s");
    JsonObject watching = site.observer();
    watching.getJsonObject("liveness").put("groups", new JsonObject().put(UPGRADED, patient));
    observer = AgentProcess.of(watching).start();
    restart();
  }

  private static JsonObject probed(String host, JsonObject probe) {
    return new JsonObject().put("group", "probed").put("host", host).put("probe", probe);
  }

  /** SIGKILL of the agent and of its services: one DOWN for each, in time; again, one UP. */
  Result agentKilled(int times) {
    List<String> faults = new ArrayList<>();
    Latencies latencies = new Latencies();
    for (int i = 0; i < times; i++) {
      latencies.addAll(killAgent(faults));
    }
    return result("agent killed", "DOWN after " + latencies, faults);
  }

  /** One time, which are as many latencies as there are members. */
  Latencies killAgent(List<String> faults) {
    ensureRunning();
    if (site.technology.vouchesForAbsence()) {
      // After whatever broke before, an absence is silence like any other for a service_down_time.
      observer.changes().during(DOWN);
    }
    int mark = observer.changes().mark();
    long killed = System.nanoTime();
    sidecar.process().kill();
    byPid.kill();
    byTcp.kill();
    Latencies latencies = new Latencies();
    for (Change down : expect("DOWN", mark, LATEST_DOWN.plus(DOWN), faults)) {
      Duration after = down.after(killed);
      latencies.add(after);
      if (after.compareTo(site.technology.earliestDown()) < 0
          || after.compareTo(site.technology.agentBound) > 0) {
        faults.add(down + " after " + after.toMillis() + " ms");
      }
    }
    byPid.start();
    byTcp.start();
    mark = observer.changes().mark();
    restart();
    expect("UP", mark, PATIENCE, faults);
    return latencies;
  }

  /** A stop with leave: DOWN with reason left. The sidecar is not running then. */
  Result agentLeft() {
    List<String> faults = new ArrayList<>();
    Latencies latencies = new Latencies();
    ensureRunning();
    int mark = observer.changes().mark();
    long stopped = System.nanoTime();
    sidecar.process().signal("TERM");
    for (Change down : expect("DOWN", mark, LATEST_DOWN, faults)) {
      latencies.add(down.after(stopped));
      if (!down.reason().equals("left") || down.after(stopped).compareTo(LEAVE_BOUND) > 0) {
        faults.add(down + " after " + down.after(stopped).toMillis() + " ms");
      }
    }
    checkExit(sidecar, faults);
    return result("agent stopped", "left after " + latencies, faults);
  }

  /** An upgrade: stopped without leave and started at once. */
  Result agentUpgraded() {
    List<String> faults = new ArrayList<>();
    List<String> hosts = Configs.names("host-" + ++upgrades, BEATING);
    JsonObject config = site.sidecar(UPGRADED, hosts);
    config.getJsonObject("agent").put("leave_on_stop", false);
    int joined = observer.changes().mark();
    try (AgentProcess upgraded = AgentProcess.of(config).start()) {
      awaitUpgraded(joined, "UP");
      int mark = observer.changes().mark();
      long stopped = System.nanoTime();
      upgraded.process().signal("TERM");
      checkExit(upgraded, faults);
      upgraded.start();
      Latencies back = new Latencies();
      awaitUpgraded(mark, "UP").forEach(change -> back.add(change.after(stopped)));
      observer.changes().during(Timing.REPORT.multipliedBy(3));
      List<Change> changes = observer.changes().since(mark);
      if (changes.size() != BEATING || !changes.stream().allMatch(Detection::isRestart)) {
        faults.add("expected one restarted for each member, not " + changes);
      }
      int deleted = observer.changes().mark();
      hosts.forEach(host -> delete(upgraded, host));
      awaitUpgraded(deleted, "DOWN");
      return result("agent upgraded", "restarted after " + back, faults);
    }
  }

  private static void delete(AgentProcess agent, String host) {
    agent.send("DELETE", "/v1/groups/" + UPGRADED + "/members/" + host, new JsonObject());
  }

  private List<Change> awaitUpgraded(int mark, String status) {
    return observer.await(
        mark,
        BEATING,
        change -> change.member().startsWith(UPGRADED) && change.status().equals(status),
        PATIENCE);
  }

  private static boolean isRestart(Change change) {
    return change.reason().equals("restarted")
        && change.status().equals("UP")
        && change.previous().equals("UP");
  }

  private static void checkExit(AgentProcess agent, List<String> faults) {
    int code = agent.process().awaitExit(STOP_TIMEOUT);
    if (code != 0) {
      faults.add("the agent ended with " + code);
    }
  }

  /** A service that dies while its agent lives, which looks at its process. */
  Result serviceKilled(int times) {
    return kill("service killed, probe pid", byPid, PID, times);
  }

  /** A service that dies while its agent lives, which holds a connection. */
  Result heldServiceKilled(int times) {
    return kill("service killed, tcp held", byTcp, HELD, times);
  }

  private Result kill(String scenario, ListeningService service, String member, int times) {
    List<String> faults = new ArrayList<>();
    Latencies own = new Latencies();
    long bound = site.technology.serviceBound.toMillis();
    Latencies news = killService(service, member, times, own, faults);
    // What takes milliseconds is measured once more where the machine had something else to do.
    for (int left = ROUNDS; left > 1 && news.median() > bound; left--) {
      own = new Latencies();
      news = killService(service, member, times, own, faults);
    }
    if (news.median() > bound) {
      faults.add("the median is above " + bound + " ms");
    }
    return result(
        scenario, "DOWN at its own agent after %s, at the other %s".formatted(own, news), faults);
  }

  /** What the observer needed, several times; exactly one DOWN and one UP each. */
  Latencies killService(boolean held, int times, List<String> faults) {
    Latencies own = new Latencies();
    return held
        ? killService(byTcp, HELD, times, own, faults)
        : killService(byPid, PID, times, own, faults);
  }

  private Latencies killService(
      ListeningService service, String member, int times, Latencies own, List<String> faults) {
    Latencies news = new Latencies();
    ensureRunning();
    int first = observer.changes().mark();
    for (int i = 0; i < times; i++) {
      // A connection that ends as soon as it was made is tried again less and less often.
      observer.changes().during(Timing.REPORT);
      int ownMark = sidecar.changes().mark();
      int mark = observer.changes().mark();
      long killed = System.nanoTime();
      service.kill();
      own.add(await(sidecar, ownMark, member, "DOWN").after(killed));
      news.add(await(observer, mark, member, "DOWN").after(killed));
      service.start();
      await(sidecar, ownMark, member, "UP");
      await(observer, mark, member, "UP");
    }
    int changes = observer.changes().since(first).size();
    if (changes != 2 * times) {
      faults.add("more than one DOWN and one UP each: " + observer.changes().since(first));
    }
    return news;
  }

  private static Change await(AgentProcess agent, int mark, String member, String status) {
    return agent.await(mark, 1, change -> change.is(member, status), PATIENCE).get(0);
  }

  /** Waits for one change to this status of every member of the sidecar, and for no more. */
  private List<Change> expect(String status, int mark, Duration deadline, List<String> faults) {
    observer.changes().await(mark, MEMBERS, change -> change.status().equals(status), deadline);
    observer.changes().during(Timing.REPORT);
    List<Change> all = observer.changes().since(mark);
    long members = all.stream().map(Change::member).distinct().count();
    boolean right = all.stream().allMatch(change -> change.status().equals(status));
    if (!right || all.size() != MEMBERS || members != MEMBERS) {
      faults.add("expected one %s for each of %d members, not %s".formatted(status, MEMBERS, all));
    }
    return all;
  }

  /** What a scenario stopped is started where the next one needs it. */
  private void ensureRunning() {
    if (!sidecar.process().isAlive()) {
      restart();
    }
  }

  private void restart() {
    int mark = observer.changes().mark();
    sidecar.start();
    observer.await(mark, MEMBERS, change -> change.status().equals("UP"), PATIENCE);
  }

  private Result result(String scenario, String counted, List<String> faults) {
    return new Result(site.technology.text() + ", " + scenario, counted, faults);
  }

  @Override
  public void close() {
    sidecar.close();
    observer.close();
    byPid.close();
    byTcp.close();
    site.close();
  }
}

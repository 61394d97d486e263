package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.EARLIEST_DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.ManagedProcess;
import io.servicegroup.testkit.PostgresServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Two agents on one PostgreSQL: the <em>sidecar</em> beats for three members and probes a fourth,
 * the <em>observer</em> watches. What dies is found, once, in time.
 */
final class Detection implements AutoCloseable {

  private static final int BEATING = 3;
  private static final String PROBED = "probed/host-1";
  private static final String UPGRADED = "upgraded";
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LEAVE_BOUND = Duration.ofSeconds(2);
  private static final Duration PROBE_BOUND = Duration.ofMillis(300);
  private static final Duration NEWS_BOUND = Duration.ofMillis(200);

  private final PostgresServer server = PostgresServer.create("fsync=off");
  private final AgentProcess observer;
  private final Path pidFile;
  private final AgentProcess sidecar;
  private ManagedProcess service;
  private int upgrades;

  /** Starts both. */
  Detection() throws IOException {
    pidFile = Files.createTempFile("servicegroup-service-", ".pid");
    startService();
    JsonObject config = Configs.sidecar(server.uri(), "compute", Configs.names("host", BEATING));
    config.getJsonArray("services").add(probed());
    sidecar = AgentProcess.of(config);
    // The start of a JVM on a busy machine is what an upgrade has to fit in.
    JsonObject watching = Configs.observer(server.uri());
    watching
        .getJsonObject("liveness")
        .put(
            "groups",
            new JsonObject().put(UPGRADED, new JsonObject().put("service_down_time", "20s")));
    observer = AgentProcess.of(watching);
    observer.start();
    restart(sidecar);
  }

  private JsonObject probed() {
    return new JsonObject()
        .put("group", "probed")
        .put("host", "host-1")
        .put("probe", new JsonObject().put("type", "pid").put("pid_file", pidFile.toString()));
  }

  private void startService() throws IOException {
    service = ManagedProcess.start("service", new ProcessBuilder("sleep", "3600"));
    Files.writeString(pidFile, service.pid() + "\n");
  }

  /** SIGKILL of an agent: one DOWN for each of its members, in time; started again, one UP. */
  Result agentKilled() {
    List<String> faults = new ArrayList<>();
    int mark = observer.changes().mark();
    sidecar.process().kill();
    long killed = System.nanoTime();
    List<Change> downs = expect("DOWN", mark, LATEST_DOWN.plus(DOWN), faults);
    for (Change down : downs) {
      Duration after = down.after(killed);
      if (after.compareTo(EARLIEST_DOWN) < 0 || after.compareTo(LATEST_DOWN) > 0) {
        faults.add(down + " after " + after.toMillis() + " ms");
      }
    }
    mark = observer.changes().mark();
    restart(sidecar);
    expect("UP", mark, PATIENCE, faults);
    return new Result("agent killed", "DOWN after " + millis(downs, killed), faults);
  }

  /** A stop with leave: DOWN with reason left. */
  Result agentLeft() {
    List<String> faults = new ArrayList<>();
    int mark = observer.changes().mark();
    sidecar.process().signal("TERM");
    long stopped = System.nanoTime();
    List<Change> downs = expect("DOWN", mark, LATEST_DOWN, faults);
    for (Change down : downs) {
      if (!down.reason().equals("left") || down.after(stopped).compareTo(LEAVE_BOUND) > 0) {
        faults.add(down + " after " + down.after(stopped).toMillis() + " ms");
      }
    }
    int code = sidecar.process().awaitExit(STOP_TIMEOUT);
    if (code != 0) {
      faults.add("the agent ended with " + code);
    }
    restart(sidecar);
    return new Result("agent stopped", "left after " + millis(downs, stopped), faults);
  }

  /** An upgrade: stopped without leave and started at once. */
  Result agentUpgraded() {
    List<String> faults = new ArrayList<>();
    List<String> hosts = Configs.names("host-" + ++upgrades, BEATING);
    JsonObject config = Configs.sidecar(server.uri(), UPGRADED, hosts);
    config.getJsonObject("agent").put("leave_on_stop", false);
    int joined = observer.changes().mark();
    try (AgentProcess upgraded = AgentProcess.of(config).start()) {
      awaitUpgraded(joined, "UP");
      int mark = observer.changes().mark();
      upgraded.process().signal("TERM");
      long stopped = System.nanoTime();
      int code = upgraded.process().awaitExit(STOP_TIMEOUT);
      upgraded.start();
      List<Change> back = awaitUpgraded(mark, "UP");
      observer.changes().during(Timing.REPORT.multipliedBy(3));
      List<Change> changes = observer.changes().since(mark);
      if (code != 0) {
        faults.add("the agent ended with " + code);
      }
      if (changes.size() != BEATING || !changes.stream().allMatch(Detection::isRestart)) {
        faults.add("expected one restarted for each member, not " + changes);
      }
      int deleted = observer.changes().mark();
      hosts.forEach(
          host ->
              upgraded.send(
                  "DELETE", "/v1/groups/" + UPGRADED + "/members/" + host, new JsonObject()));
      awaitUpgraded(deleted, "DOWN");
      return new Result("agent upgraded", "restarted after " + millis(back, stopped), faults);
    }
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

  /** A service that dies while its agent lives: both know at once. */
  Result serviceKilled(int times) throws IOException {
    List<String> faults = new ArrayList<>();
    List<Long> own = new ArrayList<>();
    List<Long> news = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      int ownMark = sidecar.changes().mark();
      int mark = observer.changes().mark();
      service.kill();
      long killed = System.nanoTime();
      Change here = probedChange(sidecar, ownMark, "DOWN");
      Change there = probedChange(observer, mark, "DOWN");
      own.add(here.after(killed).toMillis());
      news.add(there.after(killed).toMillis());
      startService();
      probedChange(sidecar, ownMark, "UP");
      probedChange(observer, mark, "UP");
    }
    if (median(own) > PROBE_BOUND.toMillis()) {
      faults.add("the own agent's median is above " + PROBE_BOUND.toMillis() + " ms");
    }
    if (median(news) - median(own) > NEWS_BOUND.toMillis()) {
      faults.add("the observer's median is more than 200 ms above the own agent's");
    }
    return new Result(
        "service killed",
        "of %d, DOWN at its own agent after %d ms, at the other after %d ms (medians)"
            .formatted(times, median(own), median(news)),
        faults);
  }

  private Change probedChange(AgentProcess agent, int mark, String status) {
    return agent.await(mark, 1, change -> change.is(PROBED, status), PATIENCE).get(0);
  }

  /** Waits for one change to this status of every member of the sidecar, and for no more. */
  private List<Change> expect(String status, int mark, Duration deadline, List<String> faults) {
    observer.changes().await(mark, BEATING + 1, change -> change.status().equals(status), deadline);
    observer.changes().during(Timing.REPORT);
    List<Change> all = observer.changes().since(mark);
    long members = all.stream().map(Change::member).distinct().count();
    boolean right = all.stream().allMatch(change -> change.status().equals(status));
    if (!right || all.size() != BEATING + 1 || members != BEATING + 1) {
      faults.add("expected one " + status + " for each of four members, not " + all);
    }
    return all;
  }

  private void restart(AgentProcess agent) {
    int mark = observer.changes().mark();
    agent.start();
    observer.await(mark, BEATING + 1, change -> change.status().equals("UP"), PATIENCE);
  }

  private static String millis(List<Change> changes, long since) {
    return changes.stream()
        .map(change -> Long.toString(change.after(since).toMillis()))
        .collect(Collectors.joining(", ", "", " ms"));
  }

  private static long median(List<Long> values) {
    LongStream sorted = values.stream().mapToLong(Long::longValue).sorted();
    return sorted.skip(values.size() / 2).findFirst().orElseThrow();
  }

  @Override
  public void close() throws IOException {
    sidecar.close();
    observer.close();
    service.close();
    server.close();
    Files.delete(pidFile);
  }
}

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
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LEAVE_BOUND = Duration.ofSeconds(2);
  private static final Duration PROBE_BOUND = Duration.ofMillis(300);
  private static final Duration NEWS_BOUND = Duration.ofMillis(200);

  private final PostgresServer server = PostgresServer.create("fsync=off");
  private final AgentProcess observer = AgentProcess.of(Configs.observer(server.uri()));
  private final Path pidFile;
  private final AgentProcess sidecar;
  private ManagedProcess service;

  /** Starts both. */
  Detection() throws IOException {
    pidFile = Files.createTempFile("servicegroup-service-", ".pid");
    startService();
    JsonObject config = Configs.sidecar(server.uri(), "compute", Configs.names("host", BEATING));
    config.getJsonArray("services").add(probed());
    sidecar = AgentProcess.of(config);
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
    JsonObject config = Configs.sidecar(server.uri(), "upgraded", Configs.names("host", BEATING));
    config.getJsonObject("agent").put("leave_on_stop", false);
    try (AgentProcess upgraded = AgentProcess.of(config).start()) {
      observer.await(0, BEATING, change -> change.member().startsWith("upgraded/"), PATIENCE);
      int mark = observer.changes().mark();
      long stopped = System.nanoTime();
      upgraded.process().signal("TERM");
      int code = upgraded.process().awaitExit(STOP_TIMEOUT);
      upgraded.start();
      Duration away = Duration.ofNanos(System.nanoTime() - stopped);
      List<Change> changes = observer.changes().during(LATEST_DOWN.plusSeconds(1));
      changes = observer.changes().since(mark);
      if (code != 0) {
        faults.add("the agent ended with " + code);
      }
      boolean good =
          changes.size() == BEATING
              && changes.stream()
                  .allMatch(
                      change ->
                          change.reason().equals("restarted") && change.status().equals("UP"));
      if (!good) {
        faults.add("after " + away.toMillis() + " ms: " + changes);
      }
      return new Result(
          "agent upgraded", "back after " + away.toMillis() + " ms, " + changes, faults);
    }
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

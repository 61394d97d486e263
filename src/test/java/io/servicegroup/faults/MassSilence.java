package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.EARLIEST_DOWN;
import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import io.servicegroup.testkit.PostgresServer;
import io.servicegroup.testkit.SimulatedAgents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Twenty agents with a member each, and one with twenty, fall silent together and not together. */
final class MassSilence implements AutoCloseable {

  private static final int AGENTS = 20;
  private static final String BIG = "big";
  private static final Duration HOLD = DOWN;

  private final PostgresServer server = PostgresServer.create("fsync=off");
  private final AgentProcess observer = AgentProcess.of(Configs.observer(server.uri())).start();
  private final SimulatedAgents agents = new SimulatedAgents(server, REPORT);
  private final List<String> names = Configs.names("agent", AGENTS);

  /** Joins the twenty. */
  MassSilence() {
    names.forEach(name -> agents.join(name, "small", List.of(name)));
    awaitAll(0, AGENTS, "UP", PATIENCE);
  }

  /** More than half of them: held, visibly, then down; the others are not touched. */
  Result eleven() {
    List<String> faults = new ArrayList<>();
    Set<String> silenced = Set.copyOf(names.subList(0, 11));
    int mark = observer.changes().mark();
    agents.silence(silenced);
    long started = System.nanoTime();
    List<Change> early = observer.changes().during(LATEST_DOWN);
    if (!early.isEmpty()) {
      faults.add("not held: " + early);
    }
    String health = observer.get("/health").body();
    if (!health.contains("mass silence")) {
      faults.add("health does not show it: " + health);
    }
    List<Change> downs = awaitAll(mark, 11, "DOWN", HOLD.plus(REPORT.multipliedBy(3)));
    checkMembers(downs, silenced, faults);
    int back = observer.changes().mark();
    agents.revive(silenced);
    awaitAll(back, 11, "UP", PATIENCE);
    return new Result("11 of 20 agents silent", times(downs, started), faults);
  }

  /** Four of them: down without delay. */
  Result four() {
    return withoutDelay("4 of 20 agents silent", Set.copyOf(names.subList(0, 4)), 4, Set.of());
  }

  /** One agent with twenty members beside the twenty: down without delay. */
  Result oneWithTwenty() {
    int mark = observer.changes().mark();
    List<String> hosts = Configs.names("host", AGENTS);
    agents.join(BIG, BIG, hosts);
    awaitAll(mark, AGENTS, "UP", PATIENCE);
    return withoutDelay("one agent with 20 members silent", Set.of(BIG), AGENTS, Set.of(BIG));
  }

  private Result withoutDelay(
      String scenario, Set<String> silenced, int members, Set<String> staySilent) {
    List<String> faults = new ArrayList<>();
    int mark = observer.changes().mark();
    agents.silence(silenced);
    long started = System.nanoTime();
    List<Change> downs = awaitAll(mark, members, "DOWN", LATEST_DOWN.plus(DOWN));
    if (downs.size() != members) {
      faults.add("expected " + members + " changes, not " + downs);
    }
    for (Change down : downs) {
      Duration after = down.after(started);
      if (after.compareTo(LATEST_DOWN) > 0 || after.compareTo(EARLIEST_DOWN) < 0) {
        faults.add(down + " after " + after.toMillis() + " ms");
      }
    }
    if (staySilent.isEmpty()) {
      int back = observer.changes().mark();
      agents.revive(silenced);
      awaitAll(back, members, "UP", PATIENCE);
    }
    return new Result(scenario, times(downs, started), faults);
  }

  private List<Change> awaitAll(int mark, int count, String status, Duration deadline) {
    return observer.await(mark, count, change -> change.status().equals(status), deadline);
  }

  private static void checkMembers(List<Change> downs, Set<String> expected, List<String> faults) {
    Set<String> found =
        downs.stream()
            .map(change -> change.member().replace("small/", ""))
            .collect(Collectors.toSet());
    if (!found.equals(expected)) {
      faults.add("down are " + downs);
    }
  }

  private static String times(List<Change> downs, long since) {
    long first = downs.stream().mapToLong(c -> c.after(since).toMillis()).min().orElse(-1);
    long last = downs.stream().mapToLong(c -> c.after(since).toMillis()).max().orElse(-1);
    return "%d DOWN between %d and %d ms".formatted(downs.size(), first, last);
  }

  @Override
  public void close() {
    agents.close();
    observer.close();
    server.close();
  }
}

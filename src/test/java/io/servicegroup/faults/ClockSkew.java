package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
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

/** Agents on machines whose clocks are an hour wrong, as writers and as evaluators. */
final class ClockSkew {

  private static final int EACH = 10;
  private static final String AHEAD = "+3600s";
  private static final String BEHIND = "-3600s";

  private ClockSkew() {}

  /** A writer ahead and one behind, seen by an observer whose clock is right or wrong. */
  static Result run(Duration time) {
    try (PostgresServer server = PostgresServer.create("fsync=off");
        AgentProcess right = AgentProcess.of(Configs.observer(server.uri())).start();
        AgentProcess wrong = AgentProcess.of(Configs.observer(server.uri())).clock(AHEAD).start();
        AgentProcess ahead = writer(server, "ahead").clock(AHEAD).start();
        AgentProcess behind = writer(server, "behind").clock(BEHIND).start();
        SimulatedAgents others = new SimulatedAgents(server, REPORT)) {
      others.join("victim", "others", List.of("victim"));
      List<AgentProcess> observers = List.of(right, wrong);
      observers.forEach(
          agent -> agent.await(0, 2 * EACH + 1, change -> change.status().equals("UP"), PATIENCE));
      List<Integer> marks = observers.stream().map(agent -> agent.changes().mark()).toList();
      int aheadMark = ahead.changes().mark();
      int behindMark = behind.changes().mark();
      right.changes().during(time);
      others.silence(Set.of("victim"));
      right.changes().during(DOWN.multipliedBy(2));
      List<String> faults = new ArrayList<>();
      for (int i = 0; i < observers.size(); i++) {
        check(observers.get(i).changes().since(marks.get(i)), faults);
      }
      List<Change> own = new ArrayList<>(ahead.changes().since(aheadMark));
      own.addAll(behind.changes().since(behindMark));
      if (!own.isEmpty()) {
        faults.add("at the writers: " + own);
      }
      return new Result(
          "clocks an hour ahead and behind",
          "two writers of %d members, two observers, %d s".formatted(EACH, time.toSeconds()),
          faults);
    }
  }

  private static AgentProcess writer(PostgresServer server, String group) {
    return AgentProcess.of(Configs.sidecar(server.uri(), group, Configs.names("host", EACH)));
  }

  private static void check(List<Change> changes, List<String> faults) {
    if (changes.size() != 1 || !changes.get(0).is("others/victim", "DOWN")) {
      faults.add("expected one DOWN of the member that died, not " + changes);
    }
  }
}

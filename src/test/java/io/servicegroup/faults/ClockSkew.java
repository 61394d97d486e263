package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.LATEST_DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;
import static io.servicegroup.faults.Timing.REPORT;

import io.servicegroup.testkit.AgentProcess;
import io.servicegroup.testkit.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Agents on machines whose clocks are an hour wrong, as writers and as evaluators. */
final class ClockSkew {

  private static final int EACH = 10;
  private static final String AHEAD = "+3600s";
  private static final String BEHIND = "-3600s";
  private static final String VICTIM = "others/victim";

  private ClockSkew() {}

  /** A writer ahead and one behind, seen by each other and by one whose clock is right. */
  static Result run(Technology technology, Duration time) {
    try (Site site = new Site(technology);
        AgentProcess right = AgentProcess.of(site.observer()).start();
        AgentProcess ahead = writer(site, "ahead").clock(AHEAD).start();
        AgentProcess behind = writer(site, "behind").clock(BEHIND).start();
        AgentProcess victim = AgentProcess.of(site.sidecar("others", List.of("victim"))).start()) {
      List<AgentProcess> observers = List.of(right, ahead, behind);
      observers.forEach(
          agent -> agent.await(0, 2 * EACH + 1, change -> change.status().equals("UP"), PATIENCE));
      List<Integer> marks = observers.stream().map(agent -> agent.changes().mark()).toList();
      right.changes().during(time);
      victim.process().kill();
      right.changes().during(LATEST_DOWN.plus(REPORT));
      List<String> faults = new ArrayList<>();
      for (int i = 0; i < observers.size(); i++) {
        check(observers.get(i).changes().since(marks.get(i)), faults);
      }
      return new Result(
          technology.text() + ", clocks an hour ahead and behind",
          "two writers of %d members that watch, an observer, %d s"
              .formatted(EACH, time.toSeconds()),
          faults);
    }
  }

  private static AgentProcess writer(Site site, String group) {
    return AgentProcess.of(site.sidecar(group, Configs.names("host", EACH)).put("watch", "all"));
  }

  private static void check(List<Change> changes, List<String> faults) {
    if (changes.size() != 1 || !changes.get(0).is(VICTIM, "DOWN")) {
      faults.add("expected one DOWN of the member that died, not " + changes);
    }
  }
}

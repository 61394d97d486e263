package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;
import static io.servicegroup.faults.Timing.PATIENCE;

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

  /** A writer ahead and one behind, seen by an observer whose clock is right or wrong. */
  static Result run(Technology technology, Duration time) {
    try (Site site = new Site(technology);
        AgentProcess right = AgentProcess.of(site.observer()).start();
        AgentProcess wrong = AgentProcess.of(site.observer()).clock(AHEAD).start();
        AgentProcess ahead = writer(site, "ahead").clock(AHEAD).start();
        AgentProcess behind = writer(site, "behind").clock(BEHIND).start();
        AgentProcess victim = AgentProcess.of(site.sidecar("others", List.of("victim"))).start()) {
      List<AgentProcess> observers = List.of(right, wrong);
      observers.forEach(
          agent -> agent.await(0, 2 * EACH + 1, change -> change.status().equals("UP"), PATIENCE));
      List<Integer> marks = observers.stream().map(agent -> agent.changes().mark()).toList();
      int aheadMark = ahead.changes().mark();
      int behindMark = behind.changes().mark();
      right.changes().during(time);
      victim.process().kill();
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
          technology.text() + ", clocks an hour ahead and behind",
          "two writers of %d members, two observers, %d s".formatted(EACH, time.toSeconds()),
          faults);
    }
  }

  private static AgentProcess writer(Site site, String group) {
    return AgentProcess.of(site.sidecar(group, Configs.names("host", EACH)));
  }

  private static void check(List<Change> changes, List<String> faults) {
    if (changes.size() != 1 || !changes.get(0).is(VICTIM, "DOWN")) {
      faults.add("expected one DOWN of the member that died, not " + changes);
    }
  }
}

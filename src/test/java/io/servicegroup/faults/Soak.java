package io.servicegroup.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** Runs the scenarios in their long forms and prints what each counted; {@code scripts/soak}. */
public final class Soak {

  private static final Map<String, Callable<List<Result>>> SCENARIOS = new LinkedHashMap<>();

  static {
    SCENARIOS.put("detection", Soak::detection);
    SCENARIOS.put("false-alarms", Soak::falseAlarms);
    SCENARIOS.put("failing-beats", Soak::failingBeats);
    SCENARIOS.put("clocks", () -> List.of(show(ClockSkew.run(Duration.ofMinutes(2)))));
    SCENARIOS.put("mass-silence", Soak::massSilence);
    SCENARIOS.put("pgbouncer", () -> List.of(show(Pooler.run(Duration.ofMinutes(10)))));
    SCENARIOS.put("table", () -> List.of(show(TableCare.run(1_000, Duration.ofMinutes(10)))));
  }

  private Soak() {}

  /**
   * Runs scenarios.
   *
   * @param names which; all of them where none is named
   * @throws Exception where a scenario could not be run to its end
   */
  public static void main(String[] names) throws Exception {
    if (List.of(names).contains("--list")) {
      SCENARIOS.keySet().forEach(System.out::println);
      return;
    }
    List<String> chosen = names.length == 0 ? List.copyOf(SCENARIOS.keySet()) : List.of(names);
    for (String name : chosen) {
      if (!SCENARIOS.containsKey(name)) {
        System.err.println(
            "there is no scenario "
                + name
                + "; there are "
                + String.join(", ", SCENARIOS.keySet()));
        System.exit(2);
      }
    }
    boolean good = true;
    for (String name : chosen) {
      System.out.println("---- " + name);
      long started = System.nanoTime();
      for (Result result : SCENARIOS.get(name).call()) {
        good &= result.faults().isEmpty();
      }
      System.out.printf(
          "     %s took %d s%n", name, Duration.ofNanos(System.nanoTime() - started).toSeconds());
    }
    System.out.println(good ? "all good" : "NOT all good");
    System.exit(good ? 0 : 1);
  }

  /** Prints a result when it comes, not when all have. */
  private static Result show(Result result) {
    System.out.println(result);
    return result;
  }

  private static List<Result> detection() throws Exception {
    List<Result> results = new ArrayList<>();
    try (Detection fleet = new Detection()) {
      for (int i = 0; i < 5; i++) {
        results.add(show(fleet.agentKilled()));
        results.add(show(fleet.agentLeft()));
        results.add(show(fleet.agentUpgraded()));
      }
      results.add(show(fleet.serviceKilled(51)));
    }
    return results;
  }

  private static List<Result> falseAlarms() throws Exception {
    Duration threeTimes = Timing.DOWN.multipliedBy(3);
    Duration minute = Duration.ofMinutes(1);
    List<Result> results = new ArrayList<>();
    try (FalseAlarms fleet = new FalseAlarms(Timing.REPORT)) {
      results.add(show(fleet.databaseStopped(threeTimes)));
      results.add(show(fleet.databaseHung(threeTimes)));
      results.add(show(fleet.databaseRestarted(10)));
      results.add(show(fleet.observerPaused(threeTimes)));
      results.add(show(fleet.observerHung(threeTimes)));
      results.add(show(fleet.observerCutOff(threeTimes)));
      results.add(show(fleet.rowHeld(minute)));
      results.add(show(fleet.indexBuilt(minute)));
    }
    return results;
  }

  private static List<Result> failingBeats() throws Exception {
    // Five beats a second, so that a thousand of them fail within minutes.
    try (FalseAlarms fleet = new FalseAlarms(Duration.ofMillis(200))) {
      return List.of(show(fleet.beatsFail(1_000)));
    }
  }

  private static List<Result> massSilence() {
    try (MassSilence fleet = new MassSilence()) {
      return List.of(show(fleet.eleven()), show(fleet.four()), show(fleet.oneWithTwenty()));
    }
  }
}

package io.servicegroup.faults;

import static java.util.function.Predicate.not;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the scenarios in their long forms and prints what each counted; {@code scripts/soak}. */
public final class Soak {

  private static final Map<String, Scenario> SCENARIOS = new LinkedHashMap<>();

  static {
    SCENARIOS.put("detection", Soak::detection);
    SCENARIOS.put("false-alarms", Soak::falseAlarms);
    SCENARIOS.put("clocks", Soak::clocks);
    SCENARIOS.put("rolling-move", Soak::rollingMove);
    SCENARIOS.put("upgrade", Soak::upgrade);
    SCENARIOS.put("growth", Soak::growth);
    SCENARIOS.put("restart", Soak::restart);
    SCENARIOS.put("failing-beats", chosen -> failingBeats());
    SCENARIOS.put("mass-silence", chosen -> massSilence());
    SCENARIOS.put("pgbouncer", chosen -> List.of(show(Pooler.run(Duration.ofMinutes(10)))));
    SCENARIOS.put("model", chosen -> List.of(show(ModelHistories.run(modelTime()))));
    SCENARIOS.put("table", chosen -> List.of(show(TableCare.run(1_000, Duration.ofMinutes(10)))));
  }

  private Soak() {}

  /** What is run for some backends; the last ones know PostgreSQL only. */
  private interface Scenario {
    List<Result> run(List<Technology> chosen) throws Exception;
  }

  /**
   * Runs scenarios.
   *
   * @param names of scenarios and of backends; all of them where none is named
   * @throws Exception where a scenario could not be run to its end
   */
  public static void main(String[] names) throws Exception {
    if (List.of(names).contains("--list")) {
      SCENARIOS.keySet().forEach(System.out::println);
      System.out.println("on " + String.join(", ", Technology.names()));
      return;
    }
    List<String> backends = List.of(names).stream().filter(Technology.names()::contains).toList();
    List<String> named = List.of(names).stream().filter(not(backends::contains)).toList();
    List<String> chosen = named.isEmpty() ? List.copyOf(SCENARIOS.keySet()) : named;
    chosen.forEach(Soak::refuseUnknown);
    boolean good = true;
    for (String name : chosen) {
      System.out.println("---- " + name);
      long started = System.nanoTime();
      for (Result result : SCENARIOS.get(name).run(Technology.named(backends))) {
        good &= result.faults().isEmpty();
      }
      System.out.printf(
          "     %s took %d s%n", name, Duration.ofNanos(System.nanoTime() - started).toSeconds());
    }
    System.out.println(good ? "all good" : "NOT all good");
    System.exit(good ? 0 : 1);
  }

  private static void refuseUnknown(String name) {
    if (!SCENARIOS.containsKey(name)) {
      System.err.printf(
          "there is no scenario or backend %s; there are %s, and %s%n",
          name, String.join(", ", SCENARIOS.keySet()), String.join(", ", Technology.names()));
      System.exit(2);
    }
  }

  /** Prints a result when it comes, not when all have. */
  private static Result show(Result result) {
    System.out.println(result);
    return result;
  }

  private static List<Result> detection(List<Technology> chosen) {
    List<Result> results = new ArrayList<>();
    for (Technology technology : chosen) {
      try (Detection fleet = new Detection(technology)) {
        results.add(show(fleet.agentKilled(5)));
        for (int i = 0; i < 5; i++) {
          results.add(show(fleet.agentLeft()));
          results.add(show(fleet.agentUpgraded()));
        }
        results.add(show(fleet.serviceKilled(51)));
        results.add(show(fleet.heldServiceKilled(51)));
      }
    }
    return results;
  }

  private static List<Result> falseAlarms(List<Technology> chosen) throws Exception {
    List<Result> results = new ArrayList<>();
    for (Technology technology : chosen) {
      try (FalseAlarms fleet = new FalseAlarms(technology)) {
        for (Alarm alarm : Alarm.of(technology)) {
          results.add(show(alarm.run(fleet.killing())));
        }
      }
    }
    return results;
  }

  private static List<Result> clocks(List<Technology> chosen) {
    return chosen.stream()
        .map(technology -> show(ClockSkew.run(technology, Duration.ofMinutes(2))))
        .toList();
  }

  /** Between any two of them, there and back. */
  private static List<Result> rollingMove(List<Technology> chosen) {
    List<Result> results = new ArrayList<>();
    for (Technology from : chosen) {
      for (Technology to : chosen) {
        results.add(show(RollingMove.run(from, to, 2)));
      }
    }
    return results;
  }

  /** The first fifth fills what is bounded. */
  private static List<Result> growth(List<Technology> chosen) throws Exception {
    List<Result> results = new ArrayList<>();
    for (Technology technology : chosen) {
      results.add(show(Growth.run(technology, 20_000, 80_000)));
    }
    return results;
  }

  /** On every catalogue that is a server of its own: at once, and over a slow path. */
  private static List<Result> restart(List<Technology> chosen) {
    List<Result> results = new ArrayList<>();
    for (Technology technology : chosen) {
      if (technology != Technology.HAZELCAST_MEMBER) {
        results.add(show(ManyRestart.run(technology, 2_000, Duration.ZERO)));
        results.add(show(ManyRestart.run(technology, 2_000, Duration.ofMillis(50))));
      }
    }
    return results;
  }

  /** {@code SOAK_SECONDS} shortens it. */
  private static Duration modelTime() {
    String seconds = System.getenv("SOAK_SECONDS");
    return seconds == null ? Duration.ofMinutes(10) : Duration.ofSeconds(Long.parseLong(seconds));
  }

  /** On every catalogue that is a server of its own. */
  private static List<Result> upgrade(List<Technology> chosen) throws Exception {
    Path older;
    try {
      older = OlderRelease.jar();
    } catch (IllegalStateException e) {
      return List.of(show(new Result("rolling upgrade", "nothing", List.of(e.getMessage()))));
    }
    return chosen.stream()
        .filter(technology -> technology != Technology.HAZELCAST_MEMBER)
        .map(technology -> show(RollingUpgrade.run(technology, older)))
        .toList();
  }

  private static List<Result> failingBeats() throws Exception {
    // Five beats a second, so that a thousand of them fail within minutes.
    try (FalseAlarms fleet = new FalseAlarms(Technology.POSTGRESQL, Duration.ofMillis(200))) {
      return List.of(show(new PostgresFaults(fleet.killing()).beatsFail(1_000)));
    }
  }

  private static List<Result> massSilence() {
    try (MassSilence fleet = new MassSilence()) {
      return List.of(show(fleet.eleven()), show(fleet.four()), show(fleet.oneWithTwenty()));
    }
  }
}

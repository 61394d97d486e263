package io.servicegroup.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How fast what dies is known elsewhere, on every backend or those named: two agents and their
 * services as processes, from SIGKILL to the line of a client's event stream at the other agent.
 */
public final class DetectionBench {

  private static final int AGENTS = 10;
  private static final int SERVICES = 20;

  private DetectionBench() {}

  /**
   * Measures and prints a table.
   *
   * @param backends names of backends; all where none is given
   */
  public static void main(String[] backends) {
    List<String> rows = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (String name : backends) {
      if (!Technology.names().contains(name)) {
        System.err.println("there is no " + name + ", but " + Technology.names());
        System.exit(2);
      }
    }
    for (Technology technology : Technology.named(List.of(backends))) {
      System.out.println("measuring " + technology.text());
      measure(technology, rows, faults);
    }
    System.out.printf(
        "%nservice_down_time %d s, poll_interval %d ms; median / maximum in ms (bound), one DOWN"
            + " each%n%n",
        Timing.DOWN.toSeconds(), Timing.POLL.toMillis());
    System.out.println(
        "| backend | agent killed | service killed, `pid` | service killed, `tcp` held |");
    System.out.println("|---|---|---|---|");
    rows.forEach(System.out::println);
    faults.forEach(System.out::println);
    System.exit(faults.isEmpty() ? 0 : 1);
  }

  private static void measure(Technology technology, List<String> rows, List<String> faults) {
    try (Detection fleet = new Detection(technology)) {
      List<String> own = new ArrayList<>();
      Latencies agents = new Latencies();
      for (int i = 0; i < AGENTS; i++) {
        agents.addAll(fleet.killAgent(own));
      }
      Latencies pid = fleet.killService(false, SERVICES, own);
      Latencies held = fleet.killService(true, SERVICES, own);
      rows.add(
          "| %s | %s | %s | %s |"
              .formatted(
                  technology.text(),
                  cell(agents, technology.agentBound),
                  cell(pid, technology.serviceBound),
                  cell(held, technology.serviceBound)));
      own.forEach(fault -> faults.add(technology.text() + ": " + fault));
    }
  }

  private static String cell(Latencies times, Duration bound) {
    String mark = times.most() > bound.toMillis() ? " **above**" : "";
    return "%d / %d (%d)%s".formatted(times.median(), times.most(), bound.toMillis(), mark);
  }
}

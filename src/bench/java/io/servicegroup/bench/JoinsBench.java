package io.servicegroup.bench;

import io.servicegroup.testkit.TempFiles;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long 10,000 members of ten agents take to be up at an observer, each agent a process of its
 * own that is started together with the others; and how long a list of them takes. The backend has
 * the catalogue and the beats.
 */
public final class JoinsBench {

  private static final int LIST_AIM_MILLIS = 50;

  private JoinsBench() {}

  /**
   * Measures and prints a table in Markdown, the aim beside each figure.
   *
   * @param arguments names of backends, all where there is none
   */
  public static void main(String[] arguments) {
    Map<Technology, JoinsRun.Figures> measured = new LinkedHashMap<>();
    Map<Technology, JoinsRun.Lists> lists = new LinkedHashMap<>();
    boolean failed = false;
    Path cache = TempFiles.directory("servicegroup-joins-");
    try {
      for (Technology technology : Technology.named(List.of(arguments))) {
        try (JoinsRun run = new JoinsRun(technology, cache)) {
          measured.put(technology, run.measure());
          lists.put(technology, run.lists());
        } catch (RuntimeException | AssertionError e) {
          failed = true;
          System.out.println(technology.text() + ": " + e.getMessage());
        }
      }
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } finally {
      TempFiles.delete(cache);
    }
    System.out.printf(
        "%n%,d members · %d processors%n%n",
        JoinsRun.members(), Runtime.getRuntime().availableProcessors());
    printJoins(measured);
    printLists(lists);
    System.exit(failed ? 1 : 0);
  }

  private static void printJoins(Map<Technology, JoinsRun.Figures> measured) {
    System.out.println(
        "| | first join → all `UP` | aim | agents started → all `UP` | longest without any | agents"
            + " | server | observer | the server, for 1,000 members |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    measured.forEach(
        (technology, figures) ->
            System.out.printf(
                "| %s | %.1f s | %s | %.1f s | %.1f s | %.1f CPU-s | %s | %.1f CPU-s | %s |%n",
                technology.text(),
                figures.joining(),
                aim(figures.joining(), aim(technology), "s"),
                figures.seconds(),
                figures.longestGap(),
                figures.agentsCpu(),
                figures.serverCpu() == 0 ? "–" : "%.1f CPU-s".formatted(figures.serverCpu()),
                figures.observerCpu(),
                figures.work()));
  }

  private static void printLists(Map<Technology, JoinsRun.Lists> measured) {
    System.out.println();
    System.out.println("| | the whole list, 64 MB heap | aim | beside three who read nothing |");
    System.out.println("|---|---|---|---|");
    measured.forEach(
        (technology, lists) ->
            System.out.printf(
                "| %s | %.0f ms | %s | %.0f ms |%n",
                technology.text(),
                lists.millis(),
                aim(lists.millis(), LIST_AIM_MILLIS, "ms"),
                lists.besideSlow()));
  }

  private static String aim(double figure, int aim, String unit) {
    return "≤ %d %s: %s".formatted(aim, unit, figure <= aim ? "met" : "**missed**");
  }

  /** Seconds. */
  private static int aim(Technology technology) {
    return switch (technology) {
      case POSTGRESQL, REDIS -> 10;
      case ZOOKEEPER, MEMCACHED, HAZELCAST, HAZELCAST_MEMBER -> 30;
    };
  }
}

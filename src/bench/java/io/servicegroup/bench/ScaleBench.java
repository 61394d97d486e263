package io.servicegroup.bench;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * 10,000 members in one group on each backend: ten agents with a thousand members each, every agent
 * a process of its own, an observer of the group, one server, the catalogue in PostgreSQL.
 */
public final class ScaleBench {

  private ScaleBench() {}

  /**
   * Measures and prints a table in Markdown.
   *
   * @param arguments names of backends, all where there is none; {@code --peers} to count what
   *     tooz's own reader finds
   */
  public static void main(String[] arguments) {
    List<String> names = new ArrayList<>(List.of(arguments));
    boolean peers = names.remove("--peers");
    try {
      List<Technology> technologies = Technology.named(names);
      List<Map<String, String>> columns = new ArrayList<>();
      for (Technology technology : technologies) {
        try (ScaleRun run = new ScaleRun(technology, peers)) {
          columns.add(run.measure());
        }
      }
      print(technologies, columns);
      System.exit(0);
    } catch (IllegalArgumentException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    } catch (RuntimeException e) {
      // Otherwise Vert.x's threads would keep the JVM.
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void print(List<Technology> technologies, List<Map<String, String>> columns) {
    Set<String> rows = new LinkedHashSet<>();
    columns.forEach(column -> rows.addAll(column.keySet()));
    System.out.println(
        technologies.stream()
            .map(Technology::text)
            .collect(Collectors.joining(" | ", "| | ", " |")));
    System.out.println("|---".repeat(technologies.size() + 1) + "|");
    for (String row : rows) {
      System.out.println(
          columns.stream()
              .map(column -> column.getOrDefault(row, "–"))
              .collect(Collectors.joining(" | ", "| " + row + " | ", " |")));
    }
  }
}

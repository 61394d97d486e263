package io.servicegroup.http;

import io.servicegroup.model.Concern;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The concerns that last, by the check of {@code /health} that each belongs to.
 *
 * <p>Not thread-safe.
 */
final class HealthConcerns {

  /** A check shows so many of its concerns and the number of the others. */
  private static final int MAX_SHOWN = 5;

  private final Map<String, Map<String, Concern>> concerns = new TreeMap<>();

  /** Adds a concern, or removes it where it is over. */
  void update(Concern concern) {
    if (concern.text() != null) {
      concerns
          .computeIfAbsent(concern.about(), about -> new LinkedHashMap<>())
          .put(concern.subject(), concern);
    } else if (concerns.containsKey(concern.about())) {
      concerns.get(concern.about()).remove(concern.subject());
      concerns.values().removeIf(Map::isEmpty);
    }
  }

  /** The concerns of a check in one sentence, or null where it has none. */
  String text(String check) {
    return sentence(concerns.getOrDefault(check, Map.of()).values());
  }

  /** The concerns that keep this agent from being ready, by check. */
  Map<String, String> unready() {
    Map<String, String> unready = new LinkedHashMap<>();
    concerns.forEach(
        (check, all) -> {
          String text = sentence(all.values().stream().filter(Concern::unready).toList());
          if (text != null) {
            unready.put(check, text);
          }
        });
    return unready;
  }

  private static String sentence(Collection<Concern> concerns) {
    if (concerns.isEmpty()) {
      return null;
    }
    String first =
        concerns.stream().limit(MAX_SHOWN).map(Concern::text).collect(Collectors.joining("; "));
    return concerns.size() <= MAX_SHOWN
        ? first
        : first + "; and " + (concerns.size() - MAX_SHOWN) + " more";
  }
}

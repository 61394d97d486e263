package io.servicegroup.http;

import io.servicegroup.model.Concern;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What works only in part, by the check that it belongs to. Not thread-safe. */
final class HealthConcerns {

  /** More would make a report that nobody reads. */
  private static final int SHOWN = 5;

  private final Map<String, Map<String, Concern>> concerns = new TreeMap<>();

  void take(Concern concern) {
    if (concern.text() != null) {
      concerns
          .computeIfAbsent(concern.about(), about -> new LinkedHashMap<>())
          .put(concern.subject(), concern);
    } else if (concerns.containsKey(concern.about())) {
      concerns.get(concern.about()).remove(concern.subject());
      concerns.values().removeIf(Map::isEmpty);
    }
  }

  /** What is to be said about a check, or null. */
  String text(String check) {
    return sentence(concerns.getOrDefault(check, Map.of()).values());
  }

  /** By check, what keeps this agent from being ready. */
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

  private static String sentence(Collection<Concern> some) {
    if (some.isEmpty()) {
      return null;
    }
    String first = some.stream().limit(SHOWN).map(Concern::text).collect(Collectors.joining("; "));
    return some.size() <= SHOWN ? first : first + "; and " + (some.size() - SHOWN) + " more";
  }
}

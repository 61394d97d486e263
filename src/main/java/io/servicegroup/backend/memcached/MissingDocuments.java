package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentStore.Key;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Remembers the members that the index names but that have no document. For a moment that is a join
 * under way, which writes the name first. After that the document is lost; and a document that no
 * agent has restored for a long time is of a member that no agent remembers.
 *
 * <p>Not thread-safe.
 */
final class MissingDocuments {

  private static final Duration JOIN = Duration.ofSeconds(3);
  private static final Duration MEMORY = Duration.ofMinutes(10);

  private final LongSupplier nanoTime;
  private final Map<Key, Long> since = new HashMap<>();

  /**
   * Creates it without members.
   *
   * @param nanoTime a monotonic clock
   */
  MissingDocuments(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Takes the members without a document that a list found, of one group or, where that is null, of
   * all.
   */
  void listed(String group, Collection<Key> missing) {
    long now = nanoTime.getAsLong();
    Set<Key> still = new HashSet<>(missing);
    since
        .keySet()
        .removeIf(key -> (group == null || group.equals(key.group())) && !still.contains(key));
    still.forEach(key -> since.putIfAbsent(key, now));
  }

  /** The members whose document is lost. */
  Set<Key> lost() {
    return longerThan(JOIN);
  }

  /** The members that no agent will restore. */
  Set<Key> forgotten() {
    return longerThan(MEMORY);
  }

  private Set<Key> longerThan(Duration time) {
    long now = nanoTime.getAsLong();
    return since.entrySet().stream()
        .filter(missing -> now - missing.getValue() > time.toNanos())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }
}

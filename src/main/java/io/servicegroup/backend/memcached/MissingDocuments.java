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
 * Members that the index names and that have no document. For a moment that is a join under way:
 * the name is written first. After that the document is lost; and where nobody restores it for
 * long, nobody remembers the member.
 *
 * <p>Not thread-safe.
 */
final class MissingDocuments {

  private static final Duration JOIN = Duration.ofSeconds(3);
  private static final Duration MEMORY = Duration.ofMinutes(10);

  private final LongSupplier nanoTime;
  private final Map<Key, Long> since = new HashMap<>();

  /**
   * Begins with none.
   *
   * @param nanoTime a monotonic clock
   */
  MissingDocuments(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Takes what a list did not find; of one group, or of all where that is null. */
  void listed(String group, Collection<Key> missing) {
    long now = nanoTime.getAsLong();
    Set<Key> still = new HashSet<>(missing);
    since
        .keySet()
        .removeIf(key -> (group == null || group.equals(key.group())) && !still.contains(key));
    still.forEach(key -> since.putIfAbsent(key, now));
  }

  /** Those that are lost, by what the last list found. */
  Set<Key> lost() {
    return longerThan(JOIN);
  }

  /** Those that nobody will restore. */
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

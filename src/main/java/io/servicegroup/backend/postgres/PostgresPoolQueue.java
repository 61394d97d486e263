package io.servicegroup.backend.postgres;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The work that waits for a connection, in order. Used on the pool's context. */
final class PostgresPoolQueue {

  private final Set<PostgresClientTask<?>> waiting = new LinkedHashSet<>();

  void add(PostgresClientTask<?> task) {
    waiting.add(task);
  }

  void remove(PostgresClientTask<?> task) {
    waiting.remove(task);
  }

  boolean contains(PostgresClientTask<?> task) {
    return waiting.contains(task);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The work that may run now on a connection that is open already. */
  List<PostgresClientTask<?>> ready() {
    return waiting.stream().filter(task -> !task.user().isFresh()).toList();
  }

  /** The first work that needs a new connection. */
  Optional<PostgresClientTask<?>> needy() {
    return waiting.stream()
        .filter(task -> task.user().isFresh() && task.user().free() > 0)
        .findFirst();
  }

  Optional<PostgresClientTask<?>> first() {
    return waiting.stream().findFirst();
  }

  /** The longest time that any of the work has. */
  Duration longestBound() {
    return waiting.stream()
        .map(PostgresClientTask::bound)
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  /** Fails some of the work. */
  void drop(Predicate<PostgresClientTask<?>> which, Throwable why) {
    List<PostgresClientTask<?>> dropped = waiting.stream().filter(which).toList();
    waiting.removeAll(dropped);
    dropped.forEach(task -> task.fail(why));
  }

  /** How many connections are worth their price, for work that has waited for long enough. */
  int wanted() {
    Map<PostgresUser, Integer> wanted = new HashMap<>();
    for (PostgresClientTask<?> task : waiting) {
      int before = wanted.getOrDefault(task.user(), 0);
      if (task.isImpatient() && before < task.user().free()) {
        wanted.put(task.user(), before + 1);
      }
    }
    return wanted.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether any of the work may run. */
  boolean mayRun() {
    return waiting.stream().anyMatch(task -> task.user().free() > 0);
  }
}

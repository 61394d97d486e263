package io.servicegroup.backend.postgres;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The open connections of a pool. One is kept for as long as the server keeps it: the one that
 * listens, otherwise the oldest. It is used first, and any other is discarded when it was not used
 * for a while. Used on the pool's context.
 */
final class PostgresPoolConnections {

  private final Vertx vertx;
  private final Duration unusedTime;
  private final Consumer<PostgresConnection> discard;

  /** In the order in which they were opened. */
  private final Set<PostgresConnection> all = new LinkedHashSet<>();

  private final Set<PostgresConnection> idle = new HashSet<>();

  /**
   * Creates an empty set.
   *
   * @param unusedTime how long a connection is kept that nobody uses; null where none is discarded
   * @param discard removes and closes such a connection
   */
  PostgresPoolConnections(Vertx vertx, Duration unusedTime, Consumer<PostgresConnection> discard) {
    this.vertx = vertx;
    this.unusedTime = unusedTime;
    this.discard = discard;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  boolean contains(PostgresConnection connection) {
    return all.contains(connection);
  }

  List<PostgresConnection> all() {
    return List.copyOf(all);
  }

  /** Adds a new connection, which is in use. */
  void add(PostgresConnection connection) {
    all.add(connection);
  }

  void remove(PostgresConnection connection) {
    all.remove(connection);
    idle.remove(connection);
  }

  void clear() {
    all.clear();
    idle.clear();
  }

  /** Takes an idle connection into use, where there is one. */
  Optional<PostgresConnection> take() {
    Optional<PostgresConnection> free = first(each -> idle.contains(each) && !each.isClosed());
    free.ifPresent(idle::remove);
    return free;
  }

  private Optional<PostgresConnection> first(Predicate<PostgresConnection> which) {
    return all.stream().filter(which).min(Comparator.comparing(each -> !each.listens()));
  }

  /** The idle connections to a server. */
  List<PostgresConnection> idleAt(String server) {
    return idle.stream().filter(connection -> connection.server().equals(server)).toList();
  }

  /** Ends the use of a connection. */
  void rest(PostgresConnection connection) {
    idle.add(connection);
    discardUnlessUsed(connection);
  }

  /** Discards what is not needed any more, after its time: another connection listens now. */
  void trim() {
    List.copyOf(idle).forEach(this::discardUnlessUsed);
  }

  private void discardUnlessUsed(PostgresConnection connection) {
    if (unusedTime == null || isKept(connection)) {
      return;
    }
    long uses = connection.uses();
    vertx.setTimer(
        unusedTime.toMillis(),
        passed -> {
          boolean unused = idle.contains(connection) && connection.uses() == uses;
          if (unused && !isKept(connection)) {
            discard.accept(connection);
          }
        });
  }

  /** Whether it is the connection that serves everybody, which is not closed for want of use. */
  boolean isKept(PostgresConnection connection) {
    return first(each -> true).filter(kept -> kept == connection).isPresent();
  }
}

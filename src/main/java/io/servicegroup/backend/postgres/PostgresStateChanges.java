package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The changed states of this agent's members in one write. */
final class PostgresStateChanges {

  private record Change(PostgresLivenessMember member, String state, String reason) {}

  private final Map<Integer, Change> pending = new LinkedHashMap<>();
  private boolean written;

  /**
   * Adds a member if its state differs from the written one.
   *
   * @param member the member, or null where its row is not known
   * @param end whether the member left
   */
  void add(PostgresLivenessMember member, Heartbeat heartbeat, boolean end) {
    State stated = end ? heartbeat.end() : heartbeat.state();
    String state = PostgresStates.word(stated);
    // A row in which another program beats is not ended when our member leaves.
    boolean stays = member != null && end && member.hasForeignBeats();
    if (member != null && !stays && !state.equals(member.state())) {
      String reason = PostgresStates.reason(stated, heartbeat);
      pending.put(member.serviceId(), new Change(member, state, reason));
      member.state(null);
    }
  }

  /**
   * Writes the changes; those whose row is locked or no longer ours stay pending.
   *
   * @return the members whose change stays pending, with a row that says why
   */
  Future<Map<PostgresLivenessMember, Row>> write(SqlConnection connection) {
    if (pending.isEmpty()) {
      return Future.succeededFuture(Map.of());
    }
    return connection
        .preparedQuery(PostgresLivenessSql.CHANGE_STATE)
        .execute(
            Tuple.of(
                pending.keySet().toArray(Integer[]::new),
                texts(change -> change.member.incarnation().toString()),
                PostgresLivenessMember.generations(pending()),
                texts(Change::state),
                texts(Change::reason)))
        .map(
            rows -> {
              Map<PostgresLivenessMember, Row> unwritten = new LinkedHashMap<>();
              for (Row row : rows) {
                if (row.getBoolean("written")) {
                  written(pending.remove(row.getInteger("id")));
                } else {
                  unwritten.put(pending.get(row.getInteger("id")).member(), row);
                }
              }
              return unwritten;
            });
  }

  private String[] texts(Function<Change, String> text) {
    return pending.values().stream().map(text).toArray(String[]::new);
  }

  private void written(Change change) {
    written = true;
    change.member.state(change.state);
  }

  /** Drops the change of a member whose row is no longer ours. */
  void drop(PostgresLivenessMember member) {
    pending.remove(member.serviceId());
  }

  /** The members whose change is not written. */
  List<PostgresLivenessMember> pending() {
    return pending.values().stream().map(Change::member).toList();
  }

  /** Whether a change was written. */
  boolean anyWritten() {
    return written;
  }
}

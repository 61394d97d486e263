package io.servicegroup.backend.postgres;

import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The members that one write did not write, and what the database says about each. */
final class PostgresLivenessUnwritten {

  private final PostgresLivenessMembers own;
  private final PostgresStateChanges changes;
  private final Map<MemberId, Heartbeat> present = new HashMap<>();
  private final List<Conflict> conflicts = new ArrayList<>();
  private final Set<MemberId> missing = new HashSet<>();

  /**
   * Makes an object that knows of none.
   *
   * @param members the full state that is written
   */
  PostgresLivenessUnwritten(
      PostgresLivenessMembers own, PostgresStateChanges changes, List<Heartbeat> members) {
    this.own = own;
    this.changes = changes;
    members.forEach(heartbeat -> present.put(heartbeat.id(), heartbeat));
  }

  /** The members that must not be beaten for any more. */
  List<Conflict> conflicts() {
    return conflicts;
  }

  /** The members without a row. */
  Set<MemberId> missing() {
    return missing;
  }

  /** A member has no row. */
  void missing(MemberId id) {
    if (present.containsKey(id)) {
      missing.add(id);
    }
  }

  /** Another agent joined a member later. */
  void superseded(MemberId id) {
    conflict(id, Conflict.Kind.SUPERSEDED);
  }

  /** Another program beats in a member's row. */
  void foreignBeats(MemberId id) {
    conflict(id, Conflict.Kind.FOREIGN_BEATS);
  }

  private void conflict(MemberId id, Conflict.Kind kind) {
    Heartbeat heartbeat = present.get(id);
    if (heartbeat != null) {
      conflicts.add(new Conflict(id, heartbeat.incarnation(), kind));
    }
  }

  /**
   * Handles the members that a statement did not write.
   *
   * @param skipped these members, each with the row that says what stands there, or null where that
   *     was not told
   * @return those whose rows are only held by somebody, so that they are worth another attempt
   */
  List<PostgresLivenessMember> held(Map<PostgresLivenessMember, Row> skipped) {
    List<PostgresLivenessMember> held = new ArrayList<>();
    skipped.forEach(
        (member, row) -> {
          if (row == null || (isOurs(member, row) && isBeating(member, row))) {
            held.add(member);
          }
        });
    return held;
  }

  private boolean isOurs(PostgresLivenessMember member, Row row) {
    if (row.getBoolean("deleted")) {
      own.remove(member);
      conflict(member.id(), Conflict.Kind.DELETED);
    } else if (row.getBoolean("superseded")) {
      own.superseded(member.id(), member.serviceId());
      superseded(member.id());
    } else if (row.getBoolean("set_back")) {
      own.remove(member);
      missing.add(member.id());
    } else {
      return true;
    }
    changes.drop(member);
    return false;
  }

  private boolean isBeating(PostgresLivenessMember member, Row row) {
    member.state(row.getString("state"));
    Heartbeat heartbeat = present.get(member.id());
    return heartbeat != null
        && heartbeat.state().beats()
        && heartbeat.state().text().equals(member.state());
  }
}

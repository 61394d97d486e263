package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Looks up the rows of this agent's members that are not known yet. */
final class PostgresLivenessLookUp {

  /**
   * What a look-up found.
   *
   * @param missing members without a row of their incarnation
   * @param superseded members that another agent joined later
   */
  record Found(Set<MemberId> missing, Set<MemberId> superseded) {}

  private final PostgresLivenessMembers own;
  private final Map<MemberId, Incarnation> wanted = new HashMap<>();
  private final Set<MemberId> superseded = new HashSet<>();

  private PostgresLivenessLookUp(PostgresLivenessMembers own) {
    this.own = own;
  }

  /**
   * Looks up members, and adds those whose row has their incarnation to this agent's members.
   *
   * @param heartbeats of the members; known ones are ignored
   */
  static Future<Found> of(
      SqlConnection connection, PostgresLivenessMembers own, Stream<Heartbeat> heartbeats) {
    PostgresLivenessLookUp lookUp = new PostgresLivenessLookUp(own);
    heartbeats
        .filter(heartbeat -> own.of(heartbeat) == null)
        .forEach(heartbeat -> lookUp.wanted.put(heartbeat.id(), heartbeat.incarnation()));
    return lookUp.run(connection);
  }

  private Future<Found> run(SqlConnection connection) {
    if (wanted.isEmpty()) {
      return Future.succeededFuture(new Found(Set.of(), Set.of()));
    }
    String[] groups = wanted.keySet().stream().map(MemberId::group).toArray(String[]::new);
    String[] hosts = wanted.keySet().stream().map(MemberId::host).toArray(String[]::new);
    return connection
        .preparedQuery(PostgresLivenessSql.LOOK_UP)
        .execute(Tuple.wrap(List.of(groups, hosts)))
        .map(
            rows -> {
              rows.forEach(this::found);
              return new Found(wanted.keySet(), superseded);
            });
  }

  private void found(Row row) {
    MemberId id = new MemberId(row.getString("topic"), row.getString("host"));
    Incarnation ours = wanted.get(id);
    String stored = row.getString("incarnation");
    if (ours.toString().equals(stored)) {
      own.add(new PostgresLivenessMember(id, ours, row.getInteger("id")));
      wanted.remove(id);
    } else if (stored != null && row.getLong("generation") > ours.generation()) {
      own.superseded(id, row.getInteger("id"));
      superseded.add(id);
      wanted.remove(id);
    }
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What agents keep of the members that joined through them, in a table of its own. Where there is
 * no such table, nothing is kept.
 *
 * <p>Used on one context.
 */
final class PostgresKept {

  /** With this version of our tables there is the table. */
  private static final int SINCE = 3;

  /** The agent's id. */
  private static final String READ =
      "SELECT topic, host, kept FROM servicegroup_joined WHERE agent_id = $1";

  /** The agent's id; groups, hosts and what to keep; groups and hosts of which nothing is kept. */
  private static final String CHANGE =
      """
      WITH gone AS (
        DELETE FROM servicegroup_joined WHERE agent_id = $1
          AND (topic, host) IN (SELECT * FROM unnest($5::text[], $6::text[]))
      )
      INSERT INTO servicegroup_joined (agent_id, topic, host, kept)
      SELECT $1, topic, host, kept::jsonb
      FROM unnest($2::text[], $3::text[], $4::text[]) AS said (topic, host, kept)
      ON CONFLICT (agent_id, topic, host) DO UPDATE SET kept = EXCLUDED.kept
      """;

  private final PostgresCatalogClient database;
  private final boolean there;

  /**
   * Makes ready.
   *
   * @param version of our tables
   */
  PostgresKept(PostgresCatalogClient database, int version) {
    this.database = database;
    this.there = version >= SINCE;
  }

  Future<Map<MemberId, JsonObject>> read(String agentId) {
    if (!there) {
      return Future.succeededFuture(Map.of());
    }
    return database
        .ask(READ, Tuple.of(agentId))
        .map(
            found -> {
              Map<MemberId, JsonObject> kept = new TreeMap<>();
              for (Row row : found) {
                if (row.getValue("kept") instanceof JsonObject what) {
                  MemberId.find(row.getString("topic"), row.getString("host"))
                      .ifPresent(id -> kept.put(id, what));
                }
              }
              return kept;
            });
  }

  Future<Boolean> change(String agentId, Map<MemberId, JsonObject> said, Set<MemberId> over) {
    if (!there) {
      return Future.succeededFuture(false);
    }
    // Both in the order of the names: two statements that lock rows in two orders stop each other.
    Map<MemberId, JsonObject> sorted = new TreeMap<>(said);
    return database
        .ask(
            CHANGE,
            Tuple.tuple()
                .addString(agentId)
                .addArrayOfString(names(sorted.keySet(), true))
                .addArrayOfString(names(sorted.keySet(), false))
                .addArrayOfString(
                    sorted.values().stream().map(JsonObject::encode).toArray(String[]::new))
                .addArrayOfString(names(over, true))
                .addArrayOfString(names(over, false)))
        .map(true);
  }

  private static String[] names(Set<MemberId> ids, boolean groups) {
    return ids.stream().map(id -> groups ? id.group() : id.host()).toArray(String[]::new);
  }
}

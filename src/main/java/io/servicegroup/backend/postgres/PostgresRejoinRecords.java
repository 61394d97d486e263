package io.servicegroup.backend.postgres;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Stores the rejoin records of agents in the table {@code servicegroup_joined}. Without that table
 * no records are stored.
 *
 * <p>Used on one context.
 */
final class PostgresRejoinRecords {

  /** The version of the schema that adds the table. */
  private static final int SINCE = 3;

  /** Parameter: the agent's id. */
  private static final String READ =
      "SELECT topic, host, kept FROM servicegroup_joined WHERE agent_id = $1";

  /**
   * Parameters: the agent's id; arrays of groups, hosts and data to store; arrays of groups and
   * hosts to delete.
   */
  private static final String CHANGE =
      """
      WITH gone AS (
        DELETE FROM servicegroup_joined WHERE agent_id = $1
          AND (topic, host) IN (SELECT * FROM unnest($5::text[], $6::text[]))
      )
      INSERT INTO servicegroup_joined (agent_id, topic, host, kept)
      SELECT $1, topic, host, kept::jsonb
      FROM unnest($2::text[], $3::text[], $4::text[]) AS said (topic, host, kept)
      ON CONFLICT (agent_id, topic, host) DO UPDATE SET kept = EXCLUDED.kept, kept_at = now()
      """;

  /**
   * Deletes the data of a deleted member, except what was stored a moment ago, which may belong to
   * a join under way. Parameters: group and host.
   */
  private static final String GONE =
      """
      DELETE FROM servicegroup_joined kept
      WHERE topic = $1 AND host = $2 AND kept_at < now() - interval '1 minute'
        AND NOT EXISTS (SELECT FROM services
          WHERE topic = kept.topic AND host = kept.host AND deleted = 0)
      """;

  /**
   * Deletes data of agents that never came back. Parameter: the least age in milliseconds. No
   * running agent finds its own data among it.
   */
  private static final String PRUNE =
      """
      DELETE FROM servicegroup_joined kept
      WHERE kept_at < now() - $1::bigint * interval '1 millisecond'
        AND NOT EXISTS (SELECT FROM services s JOIN servicegroup_members m ON m.service_id = s.id
          WHERE s.topic = kept.topic AND s.host = kept.host AND s.deleted = 0
            AND kept.kept -> 'agents' ? m.agent)
      """;

  private static final Duration PRUNED_EVERY = Duration.ofDays(1);

  private final PostgresCatalogClient database;
  private final boolean there;
  private long prunedAt;

  /**
   * Creates it.
   *
   * @param version of the schema
   */
  PostgresRejoinRecords(PostgresCatalogClient database, int version) {
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

  Future<Boolean> change(String agentId, Map<MemberId, JsonObject> changed, Set<MemberId> removed) {
    if (!there) {
      return Future.succeededFuture(false);
    }
    // Both arrays are sorted by name, because two statements that lock rows in different orders
    // deadlock.
    Map<MemberId, JsonObject> sorted = new TreeMap<>(changed);
    return database
        .ask(
            CHANGE,
            Tuple.tuple()
                .addString(agentId)
                .addArrayOfString(names(sorted.keySet(), true))
                .addArrayOfString(names(sorted.keySet(), false))
                .addArrayOfString(
                    sorted.values().stream().map(JsonObject::encode).toArray(String[]::new))
                .addArrayOfString(names(removed, true))
                .addArrayOfString(names(removed, false)))
        .map(true);
  }

  /** Deletes the data of a deleted member; data that stays nevertheless is pruned after a month. */
  Future<Void> gone(MemberId id) {
    return there
        ? database.ask(GONE, Tuple.of(id.group(), id.host())).<Void>mapEmpty().otherwiseEmpty()
        : Future.succeededFuture();
  }

  /**
   * Deletes, once a day, data of members that are deleted or that another agent has joined since,
   * of agents that never came back. A failure is ignored: another agent prunes as well.
   */
  void prune() {
    long now = System.nanoTime();
    if (there && (prunedAt == 0 || now - prunedAt > PRUNED_EVERY.toNanos())) {
      prunedAt = now;
      database
          .ask(PRUNE, Tuple.of(ServiceCatalog.REJOIN_RECORDS_KEPT_FOR.toMillis()))
          .otherwiseEmpty();
    }
  }

  private static String[] names(Set<MemberId> ids, boolean groups) {
    return ids.stream().map(id -> groups ? id.group() : id.host()).toArray(String[]::new);
  }
}

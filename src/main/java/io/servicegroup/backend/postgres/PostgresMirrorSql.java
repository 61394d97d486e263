package io.servicegroup.backend.postgres;

import io.servicegroup.model.Member;
import io.vertx.sqlclient.Tuple;

/** The statement of the mirror. */
final class PostgresMirrorSql {

  private PostgresMirrorSql() {}

  /**
   * The parameters of {@link PostgresCatalogRows#values}, then what the last write here said:
   * disabled and forced down.
   *
   * <p>What is kept of an existing row is decided by the row as it is when it is written, which may
   * not be as it was read: somebody may have spoken in between. A newer life is left as it is.
   */
  static final String WRITE =
      """
      WITH s AS (
        INSERT INTO services AS s (topic, host, "binary", version, uuid, disabled, disabled_reason,
          forced_down, report_count, deleted, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, now() AT TIME ZONE 'utc')
        ON CONFLICT (host, topic, deleted) DO UPDATE SET "binary" = EXCLUDED."binary",
          version = EXCLUDED.version, uuid = coalesce(s.uuid, EXCLUDED.uuid),
          disabled = EXCLUDED.disabled OR (coalesce(s.disabled, false) AND NOT $14::boolean),
          disabled_reason = CASE
            WHEN EXCLUDED.disabled OR NOT coalesce(s.disabled, false) OR $14::boolean
            THEN EXCLUDED.disabled_reason ELSE s.disabled_reason END,
          forced_down = EXCLUDED.forced_down
            OR (coalesce(s.forced_down, false) AND NOT $15::boolean),
          updated_at = now() AT TIME ZONE 'utc'
        WHERE NOT EXISTS (SELECT FROM servicegroup_members
          WHERE service_id = s.id AND $STORED > $10::bigint)
        RETURNING s.id, s.report_count
      ), m AS (
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, metadata, joined_count)
        SELECT id, $10, $9, $11, $12, $13, report_count FROM s
        ON CONFLICT (service_id) DO UPDATE SET generation = EXCLUDED.generation,
          incarnation = EXCLUDED.incarnation, agent = EXCLUDED.agent, backends = EXCLUDED.backends,
          metadata = EXCLUDED.metadata, joined_count = EXCLUDED.joined_count, state = 'alive',
          state_reason = NULL, changed = pg_current_xact_id()
        WHERE $STORED <= EXCLUDED.generation
        RETURNING service_id
      ) SELECT pg_notify('servicegroup', 'catalog ' || service_id) FROM m
      """
          .replace("$STORED", PostgresCatalogSql.generation("servicegroup_members.generation"));

  /**
   * Group, host, generation. Whoever joined the member while its row was waited for is not seen,
   * but has changed the row: therefore it is removed only as it was seen together with its life.
   */
  static final String REMOVE =
      """
      WITH seen AS MATERIALIZED (
        SELECT services.id, services.xmin AS version
        FROM services JOIN servicegroup_members m ON m.service_id = services.id
        WHERE topic = $1 AND host = $2 AND deleted = 0 AND m.generation <= $3::bigint
      ), s AS (
        UPDATE services SET deleted = services.id, deleted_at = now() AT TIME ZONE 'utc'
        FROM seen
        WHERE services.id = seen.id AND services.xmin = seen.version AND services.deleted = 0
        RETURNING services.id
      ), m AS (
        DELETE FROM servicegroup_members m USING s WHERE m.service_id = s.id
      ) SELECT s.id IS NOT NULL AS removed, pg_notify('servicegroup', 'catalog ' || seen.id)
        FROM seen LEFT JOIN s ON s.id = seen.id
      """;

  /**
   * What is to be written.
   *
   * @param member as the catalogue has it
   * @param before as it was when it was written last; null where it was not
   */
  static Tuple values(Member member, Member before) {
    return PostgresCatalogRows.values(member)
        .addBoolean(before != null && before.disabled())
        .addBoolean(before != null && before.forcedDown());
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.model.Incarnation;

/**
 * The catalogue's statements. Each change is one atomic statement, so that it works through a
 * transaction pooler too; it changes both tables and notifies. The columns {@code last_seen_up} and
 * {@code report_count} belong to the beats; no statement here writes them.
 */
final class PostgresCatalogSql {

  static final String NOW = "(now() AT TIME ZONE 'utc')";

  /** SQL for a generation; 0 where it is beyond any clock, so that no agent can have begun it. */
  static String generation(String column) {
    return "(CASE WHEN %1$s <= %2$d THEN %1$s ELSE 0 END)".formatted(column, Incarnation.GREATEST);
  }

  /** In the order in which {@link PostgresCatalogRows} reads them. */
  static final String COLUMNS =
      """
      s.topic, s.host, s."binary", s.uuid, s.version, s.disabled, s.disabled_reason, s.forced_down,
      s.last_seen_up, m.incarnation, m.agent, m.backends,
      nullif(m.metadata, '{}'::jsonb) AS metadata, $ORDER AS words_order
      """;

  /**
   * A condition under which only a primary answers a read. A server that became read-only under
   * open connections refuses the read as it refuses writes, because its data is no longer the
   * catalogue: {@code nextval} is refused there. On a primary the number is not drawn.
   */
  static final String ON_A_PRIMARY =
      """
      AND (SELECT CASE current_setting('transaction_read_only')
        WHEN 'on' THEN nextval('servicegroup_generation') END) IS NULL
      """;

  /**
   * The rows of named members: parameters are arrays of groups and hosts. Each is looked up by
   * itself, in the index. Of a join with a table without statistics, as a new one is while a fleet
   * joins, PostgreSQL expects one row, and compares each name with each row.
   */
  static final String NAMED =
      """
      (SELECT DISTINCT * FROM unnest($1::text[], $2::text[])) AS wanted (topic, host)
        CROSS JOIN LATERAL (SELECT * FROM services
          WHERE services.host = wanted.host AND services.topic = wanted.topic
            AND services.deleted = 0 OFFSET 0) s
      """;

  /** A further column tells whether all changes of these rows are announced. */
  private static final String MEMBERS =
      "SELECT "
          + COLUMNS
          + ", "
          + PostgresChangeTriggers.ENABLED
          + """
          FROM $ROWS LEFT JOIN servicegroup_members m ON m.service_id = s.id $WORDS
          WHERE s.deleted = 0 AND s.topic IS NOT NULL AND s.host IS NOT NULL
          """
          + ON_A_PRIMARY;

  /** Parameters: group, binary, minimal version; null for any. */
  private static final String LIST =
      MEMBERS.replace("$ROWS", "services s")
          + """
          AND ($1::text IS NULL OR s.topic = $1)
          AND ($2::text IS NULL OR coalesce(s."binary", s.topic) = $2)
          AND ($3::integer IS NULL OR coalesce(s.version, 0) >= $3)
          """;

  /** Parameters: arrays of groups and hosts. */
  private static final String FIND = MEMBERS.replace("$ROWS", NAMED);

  /** Parameters: group, binary; null for any. */
  static final String VERSIONS =
      """
      SELECT topic, coalesce("binary", topic) AS "binary",
        min(coalesce(version, 0)) AS oldest, max(coalesce(version, 0)) AS newest
      FROM services
      WHERE deleted = 0 AND topic IS NOT NULL AND host IS NOT NULL
        AND NOT coalesce(forced_down, false)
        AND ($1::text IS NULL OR topic = $1)
        AND ($2::text IS NULL OR coalesce("binary", topic) = $2)
      $PRIMARY
      GROUP BY 1, 2 ORDER BY 1, 2
      """
          .replace("$PRIMARY", ON_A_PRIMARY);

  /**
   * Finds members of other groups that have the same host and binary. Parameters: arrays of groups,
   * hosts and binaries.
   */
  static final String CLASHES =
      """
      SELECT asked.topic, asked.host, asked."binary", s.topic AS other
      FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (topic, host, "binary")
      JOIN services s ON s.host = asked.host AND s."binary" = asked."binary" AND s.deleted = 0
        AND s.topic IS DISTINCT FROM asked.topic
      """;

  /**
   * Parameters: group, host, disabled, reason, forced down, version, metadata; null leaves a value
   * unchanged.
   */
  private static final String UPDATE =
      """
      WITH s AS (
        UPDATE services SET
          disabled = coalesce($3, disabled),
          disabled_reason = CASE
            WHEN NOT $3::boolean THEN NULL
            WHEN $4::text IS NULL THEN disabled_reason
            ELSE nullif($4, '') END,
          forced_down = coalesce($5, forced_down),
          version = coalesce($6, version),
          updated_at = $NOW
        WHERE topic = $1 AND host = $2 AND deleted = 0
          AND ($7::jsonb IS NULL
            OR EXISTS (SELECT FROM servicegroup_members WHERE service_id = services.id))
        RETURNING *
      ), m AS (
        UPDATE servicegroup_members m
        SET metadata = coalesce($7, metadata), changed = pg_current_xact_id()
        FROM s WHERE m.service_id = s.id
        RETURNING m.*
      ) $SAID SELECT
      """
              .replace("$NOW", NOW)
          + COLUMNS
          + PostgresCatalogNews.CHANGED
          + " FROM s LEFT JOIN m ON m.service_id = s.id";

  /**
   * Adopts a member of another catalogue. Parameters: group, host, binary, version, uuid, disabled,
   * reason, forced down; then incarnation, its generation, agent, backends and metadata, or null
   * where no agent joined the member. Changes no row where an agent joined the member here since,
   * or where another transaction changed the row while the statement waited for its lock:
   * PostgreSQL re-reads the locked row, but reads the joined tables as they were before. The
   * sequence only rises, however many members are adopted at once.
   */
  private static final String ADOPT =
      """
      WITH s AS (
        INSERT INTO services (topic, host, "binary", version, uuid, disabled, disabled_reason,
          forced_down, report_count, deleted, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $NOW)
        ON CONFLICT (host, topic, deleted) DO UPDATE SET "binary" = EXCLUDED."binary",
          version = EXCLUDED.version, uuid = EXCLUDED.uuid, disabled = EXCLUDED.disabled,
          disabled_reason = EXCLUDED.disabled_reason, forced_down = EXCLUDED.forced_down,
          updated_at = $NOW
        WHERE NOT EXISTS (SELECT FROM servicegroup_members
          WHERE service_id = services.id AND $STORED > coalesce($10::bigint, 0))
          AND services.xmin = (SELECT seen.xmin FROM services seen
            WHERE seen.topic = $1 AND seen.host = $2 AND seen.deleted = 0)
        RETURNING *
      ), locked AS MATERIALIZED (
        SELECT pg_advisory_xact_lock(7310317312650474) FROM s WHERE $10 IS NOT NULL
      ), g AS MATERIALIZED (
        SELECT CASE WHEN last_value < $10::bigint
          THEN setval('servicegroup_generation', $10) END
        FROM locked, LATERAL (SELECT last_value FROM servicegroup_generation) sequence
      ), m AS (
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, metadata, joined_count)
        SELECT id, $10, $9, $11, $12, $13, report_count FROM s, g
        ON CONFLICT (service_id) DO UPDATE SET generation = EXCLUDED.generation,
          incarnation = EXCLUDED.incarnation, agent = EXCLUDED.agent, backends = EXCLUDED.backends,
          metadata = EXCLUDED.metadata, joined_count = EXCLUDED.joined_count, state = $ALIVE,
          state_reason = NULL, changed = pg_current_xact_id()
        WHERE $STORED <= EXCLUDED.generation
        RETURNING *
      ) $SAID SELECT
      """
              .replace("$ALIVE", PostgresStates.ALIVE)
              .replace("$NOW", NOW)
              .replace("$STORED", generation("servicegroup_members.generation"))
          + COLUMNS
          + PostgresCatalogNews.CHANGED
          + " FROM s LEFT JOIN m ON m.service_id = s.id";

  /** As {@link #ADOPT}, for a member of which nothing is stored, not even its removal. */
  private static final String RESTORE =
      """
      WITH s AS (
        INSERT INTO services (topic, host, "binary", version, uuid, disabled, disabled_reason,
          forced_down, report_count, deleted, created_at)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $NOW
        WHERE NOT EXISTS (SELECT FROM services
          WHERE topic = $1 AND host = $2 AND deleted IS DISTINCT FROM 0
            AND uuid IS NOT DISTINCT FROM $5) $UNLESS_ARCHIVED $UNLESS_REMOVED
        ON CONFLICT DO NOTHING
        RETURNING *
      ), m AS (
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, metadata, joined_count)
        SELECT id, $10, $9, $11, $12, $13, report_count FROM s
        ON CONFLICT (service_id) DO UPDATE SET generation = EXCLUDED.generation,
          incarnation = EXCLUDED.incarnation, agent = EXCLUDED.agent, backends = EXCLUDED.backends,
          metadata = EXCLUDED.metadata, joined_count = EXCLUDED.joined_count, state = $ALIVE,
          state_reason = NULL, changed = pg_current_xact_id()
        RETURNING *
      ) $SAID SELECT
      """
              .replace("$ALIVE", PostgresStates.ALIVE)
              .replace("$NOW", NOW)
          + COLUMNS
          + PostgresCatalogNews.CHANGED
          + " FROM s JOIN m ON m.service_id = s.id";

  /**
   * Ends an incarnation by raising the sequence above its generation, because the next join need
   * not know of it, and the sequence of a database that was restored from an older state may be
   * behind it. The sequence is raised by drawing from it, as in a join, or set where the user may.
   */
  static final String END_INCARNATION =
      """
      , ahead AS MATERIALIZED (
        SELECT max(generation) AS generation FROM m WHERE generation <= $GREATEST
        HAVING max(generation) > coalesce(pg_sequence_last_value('servicegroup_generation'), 0)
      ), alone AS MATERIALIZED (
        SELECT generation, pg_advisory_xact_lock(7310317312650474) FROM ahead
      ), raised AS MATERIALIZED (
        SELECT CASE
          WHEN generation - reached < 10000 THEN (SELECT max(nextval('servicegroup_generation'))
            FROM generate_series(reached + 1, generation))
          WHEN has_sequence_privilege('servicegroup_generation', 'UPDATE')
          THEN setval('servicegroup_generation', generation) END
        FROM alone, LATERAL (SELECT 0 * alone.generation
          + coalesce(pg_sequence_last_value('servicegroup_generation'), 0) AS reached) sequence
      )
      """
          .replace("$GREATEST", Long.toString(Incarnation.GREATEST));

  /** Parameters: group, host. */
  private static final String DELETE =
      """
      WITH s AS (
        UPDATE services SET deleted = id, deleted_at = $NOW
        WHERE topic = $1 AND host = $2 AND deleted = 0
        RETURNING *
      ), m AS (
        DELETE FROM servicegroup_members m USING s WHERE m.service_id = s.id
        RETURNING m.*
      )
      """
              .replace("$NOW", NOW)
          + END_INCARNATION
          + " $SAID SELECT "
          + COLUMNS
          + PostgresCatalogNews.CHANGED
          + " FROM s LEFT JOIN m ON m.service_id = s.id LEFT JOIN raised ON true";

  final String list;
  final String find;
  final String update;
  final String adopt;
  final String restore;
  final String delete;

  /**
   * Creates the statements.
   *
   * @param words their parts that concern the order of words
   */
  PostgresCatalogSql(PostgresWordsSql words) {
    list = words.with(LIST, "coalesce(w.spoken, 0)", "0", "");
    find = words.with(FIND, "coalesce(w.spoken, 0)", "0", "");
    update = words.with(UPDATE, "(SELECT spoken FROM w)", "0", PostgresWordsSql.SPOKEN);
    adopt = words.with(ADOPT, "(SELECT spoken FROM w)", "0 * $14::bigint", PostgresWordsSql.GIVEN);
    restore =
        words.with(RESTORE, "(SELECT spoken FROM w)", "0 * $14::bigint", PostgresWordsSql.RESTORED);
    delete = words.with(DELETE, "(SELECT spoken FROM w)", "0", PostgresWordsSql.REMOVED);
  }
}

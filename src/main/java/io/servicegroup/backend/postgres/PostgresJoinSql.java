package io.servicegroup.backend.postgres;

import io.servicegroup.model.Incarnation;

/**
 * The statement of a join of any number of members. Like the catalogue's other changes, it is one
 * atomic statement that changes both tables and notifies once.
 */
final class PostgresJoinSql {

  /**
   * Parameters: arrays of groups, hosts, binaries, versions and random parts; agent, backends;
   * metadata; floor; uuids. A member that the statement does not return has a row that another
   * transaction has locked or has just changed, or its binary belongs to another group.
   *
   * <p>Rows are locked in order of their names, so that agents that join the same members never
   * wait for each other in a circle, and each is looked up by itself: a plan of a join that was
   * made when the table was almost empty takes seconds for a thousand members. The generation is
   * drawn after the row is locked: of two joins, the one that commits last has the greater one. A
   * floor above the drawn number shows that the database was restored from an older state. The
   * sequence then follows by being drawn from, because setting it needs a right that an agent may
   * lack, and only as far as that takes milliseconds. Generations beyond any clock are ignored.
   */
  private static final String JOIN =
      """
      WITH asked AS MATERIALIZED (
        SELECT asked.* FROM $BRIEFLY unnest($1::text[], $2::text[], $3::text[], $4::integer[],
            $5::text[], $8::text[], $10::text[])
          AS asked (topic, host, "binary", version, nonce, metadata, uuid)
        ORDER BY topic, host
      ), locked AS MATERIALIZED (
        SELECT found.id, asked."binary", asked.version FROM asked CROSS JOIN LATERAL (
          SELECT s.id FROM services s
          WHERE s.topic = asked.topic AND s.host = asked.host AND s.deleted = 0
          FOR UPDATE OF s $SKIP_LOCKED) found
      ), known AS (
        UPDATE services s
        SET "binary" = locked."binary", version = locked.version, updated_at = $NOW
        FROM locked
        WHERE s.id = locked.id
          AND NOT EXISTS (SELECT FROM services other
            WHERE other.host = s.host AND other."binary" = locked."binary"
              AND other.deleted = 0 AND other.id <> s.id)
        RETURNING s.*
      ), added AS (
        INSERT INTO services (topic, host, "binary", version, uuid, report_count, disabled,
          forced_down, deleted, created_at)
        SELECT topic, host, "binary", version, uuid, 0, false, false, 0, $NOW FROM asked
        WHERE NOT EXISTS (SELECT FROM services s
          WHERE s.topic = asked.topic AND s.host = asked.host AND s.deleted = 0)
        ORDER BY topic, host
        ON CONFLICT DO NOTHING
        RETURNING *
      ), s AS (
        SELECT known.*, false AS created FROM known
        UNION ALL SELECT added.*, true FROM added
      ), drawn AS MATERIALIZED (
        SELECT id, topic, host, report_count, CASE WHEN number <= $GREATEST THEN number
          ELSE extract(epoch FROM clock_timestamp())::bigint * 1000000 END AS generation
        FROM (SELECT s.id, s.topic, s.host, s.report_count,
          nextval('servicegroup_generation') AS number FROM s) next
      ), caught AS MATERIALIZED (
        SELECT max(further.generation) AS generation
        FROM (SELECT max(generation) AS generation FROM drawn) last,
          LATERAL (SELECT nextval('servicegroup_generation') AS generation
            FROM generate_series(last.generation,
              CASE WHEN $9::bigint - last.generation < 10000 THEN $9::bigint END)) further
      ), numbered AS MATERIALIZED (
        SELECT drawn.id, drawn.report_count, asked.nonce, asked.metadata,
          least($GREATEST, greatest(drawn.generation, caught.generation, $BEFORE + 1,
            $9::bigint + 1)) AS generation
        FROM caught, drawn
          JOIN asked ON asked.topic = drawn.topic AND asked.host = drawn.host
          LEFT JOIN servicegroup_members m ON m.service_id = drawn.id
      ), m AS (
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, metadata, joined_count)
        SELECT id, generation, generation || '-' || nonce, $6, $7::text[], metadata::jsonb,
          report_count
        FROM numbered ORDER BY id
        ON CONFLICT (service_id) DO UPDATE SET generation = EXCLUDED.generation,
          incarnation = EXCLUDED.incarnation, agent = EXCLUDED.agent, backends = EXCLUDED.backends,
          metadata = EXCLUDED.metadata, joined_count = EXCLUDED.joined_count, state = $ALIVE,
          state_reason = NULL, changed = pg_current_xact_id()
        RETURNING *
      ) $SAID $ANNOUNCE SELECT
      """
              .replace("$ANNOUNCE", PostgresCatalogNews.ANNOUNCE)
              .replace("$ALIVE", PostgresStates.ALIVE)
              .replace("$NOW", PostgresCatalogSql.NOW)
              .replace("$GREATEST", Long.toString(Incarnation.GREATEST))
              .replace("$BEFORE", PostgresCatalogSql.generation("m.generation"))
          + PostgresCatalogSql.COLUMNS
          + """
          , s.created
          """
          + PostgresCatalogNews.ANNOUNCED
          + """
           FROM s JOIN m ON m.service_id = s.id $SPOKEN
          """;

  /** Finds which members have a row. Parameters: arrays of groups and hosts. */
  static final String KNOWN = "SELECT s.topic, s.host FROM " + PostgresCatalogSql.NAMED;

  /**
   * A table of one row that, first in the first part of a statement, limits its waits for locks. As
   * a condition it would make the planner expect few rows.
   */
  static final String BRIEFLY =
      "(SELECT set_config('lock_timeout', '200ms', true) OFFSET 0) briefly CROSS JOIN";

  /** Joins one member; waits for the lock of its row. */
  final String one;

  /**
   * Joins many members; skips those whose row is locked. A row that another transaction is
   * inserting cannot be skipped. The wait for it is short, because the rows of the other members
   * stay locked meanwhile.
   */
  final String many;

  /**
   * Creates the statements.
   *
   * @param words their parts that concern the order of words
   */
  PostgresJoinSql(PostgresWordsSql words) {
    String join = words.with(JOIN, "w.spoken", "0::bigint", PostgresWordsSql.JOINED);
    one = join.replace("$SKIP_LOCKED", "").replace("$BRIEFLY", "");
    many = join.replace("$SKIP_LOCKED", "SKIP LOCKED").replace("$BRIEFLY", BRIEFLY);
  }
}

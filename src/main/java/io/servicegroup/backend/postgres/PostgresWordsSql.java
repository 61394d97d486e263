package io.servicegroup.backend.postgres;

import io.servicegroup.model.WordsOrder;

/**
 * The parts of the catalogue's statements that concern the order of words, and the statements of
 * the order itself. A statement that changes words changes their order too.
 */
final class PostgresWordsSql {

  private static final String JOIN_WORDS =
      """
      LEFT JOIN servicegroup_words w ON w.topic = s.topic AND w.host = s.host
      """;

  /** Joins the orders that the same statement writes. */
  private static final String JOIN_SPOKEN =
      """
      LEFT JOIN w ON w.topic = s.topic AND w.host = s.host
      """;

  /** SQL for an order; 0 where it is beyond any clock, so that no agent can have written it. */
  static String order(String column) {
    return "(CASE WHEN %1$s <= %2$d THEN %1$s ELSE 0 END)".formatted(column, WordsOrder.GREATEST);
  }

  private static final String BEFORE = order("w.spoken");

  /** The order of a join, which is no word of its own except where it follows a removal. */
  static final String JOINED =
      said("0", "false", "CASE WHEN w.removed THEN greatest($BEFORE + 1, $MS) ELSE $BEFORE END");

  private static final String NEXT = "greatest($BEFORE + 1, EXCLUDED.spoken)";
  static final String SPOKEN = said("$MS", "false", NEXT);
  static final String REMOVED = said("$MS", "true", NEXT);

  /**
   * The order in {@link PostgresCatalogRows#valuesAndOrder}; like a join, it counts as a later word
   * than a removal.
   */
  static final String GIVEN =
      said(
          "$14::bigint",
          "false",
          "greatest($BEFORE + CASE WHEN w.removed THEN 1 ELSE 0 END, EXCLUDED.spoken)");

  /**
   * As {@link #GIVEN}, unless the member was removed while the statement waited for its row: null
   * in the column aborts the whole statement.
   */
  static final String RESTORED =
      said(
          "$14::bigint",
          "false",
          "CASE WHEN w.removed AND $BEFORE > EXCLUDED.spoken THEN NULL"
              + " ELSE greatest($BEFORE, EXCLUDED.spoken) END");

  /**
   * Locks the member's row in the version that was seen together with the joined tables. PostgreSQL
   * re-reads a row that was changed during the wait, but reads the incarnation and the order as
   * they were before. Where another transaction changed the row, nothing is done, and the next read
   * judges again.
   */
  private static final String AS_SEEN =
      """
      WITH seen AS MATERIALIZED (
        SELECT id, xmin AS version FROM services WHERE topic = $1 AND host = $2 AND deleted = 0
      ), l AS MATERIALIZED (
        SELECT services.id FROM services JOIN seen ON seen.id = services.id
        WHERE services.xmin = seen.version AND services.deleted = 0 $IF
        FOR NO KEY UPDATE OF services
      )
      """;

  /**
   * Restores words that the store lost. Parameters: group, host, order, uuid, disabled, reason,
   * forced down; version, metadata and the generation for which they were written, which a later
   * join replaces. The order is compared as it is at the moment of the write, because a
   * confirmation ({@link #CONFIRM}) changes no row of Nova's.
   */
  static final String PUT_BACK =
      AS_SEEN.replace("$IF", "")
          + """
          , w AS (
            INSERT INTO servicegroup_words AS w (topic, host, spoken)
            SELECT $1, $2, $3::bigint FROM l WHERE $3 > 0
            ON CONFLICT (topic, host) DO UPDATE SET spoken = EXCLUDED.spoken, removed = false
            WHERE $BEFORE < EXCLUDED.spoken
            RETURNING spoken
          ), s AS (
            UPDATE services SET uuid = $4, disabled = $5, disabled_reason = $6, forced_down = $7,
              version = CASE WHEN EXISTS (SELECT FROM servicegroup_members
                  WHERE service_id = services.id AND $STORED > $10)
                THEN version ELSE $8 END,
              updated_at = $NOW
            FROM l, w WHERE services.id = l.id
            RETURNING services.id, services.topic, services.host
          ), m AS (
            UPDATE servicegroup_members m
            SET metadata = CASE WHEN $STORED > $10::bigint THEN metadata ELSE $9 END,
              changed = pg_current_xact_id()
            FROM s WHERE m.service_id = s.id
          ) SELECT s.id, $NOTIFICATION FROM s
          """
              .replace("$NOTIFICATION", PostgresCatalogNews.NOTIFICATION)
              .replace("$NOW", PostgresCatalogSql.NOW)
              .replace("$BEFORE", BEFORE)
              .replace("$STORED", PostgresCatalogSql.generation("generation"));

  /**
   * Gives an order to words of a writer that gives none (Nova, a DBA, an older agent), if they are
   * still stored. Parameters: group, host, order, the order before, uuid, disabled, reason, forced
   * down.
   */
  static final String CONFIRM =
      """
      INSERT INTO servicegroup_words AS w (topic, host, spoken)
      SELECT topic, host, $3 FROM services
      WHERE topic = $1 AND host = $2 AND deleted = 0
        AND uuid IS NOT DISTINCT FROM $5 AND coalesce(disabled, false) = $6
        AND disabled_reason IS NOT DISTINCT FROM $7 AND coalesce(forced_down, false) = $8
      ON CONFLICT (topic, host) DO UPDATE SET spoken = EXCLUDED.spoken, removed = false
      WHERE $BEFORE = $4
      """
          .replace("$BEFORE", BEFORE);

  /**
   * Removes a member again whose removal the store lost. Parameters: group, host, order, the last
   * generation. A row of Nova's own service is never removed, nor an incarnation that was asked for
   * since.
   */
  static final String REMOVE_AGAIN =
      AS_SEEN.replace(
              "$IF",
              """
              AND EXISTS (SELECT FROM servicegroup_members m
                WHERE m.service_id = services.id AND $4::bigint >=
                  least(substring(m.incarnation FROM '-[0-9a-f]+X([0-9]{1,18})$')::bigint,
                    $STORED))
              """
                  .replace("$STORED", PostgresCatalogSql.generation("m.generation")))
          + """
          , w AS (
            INSERT INTO servicegroup_words AS w (topic, host, spoken, removed)
            SELECT $1, $2, $3::bigint, true FROM l
            ON CONFLICT (topic, host) DO UPDATE SET spoken = EXCLUDED.spoken, removed = true
            WHERE $BEFORE <= EXCLUDED.spoken
            RETURNING spoken
          ), s AS (
            UPDATE services SET deleted = services.id, deleted_at = $NOW
            FROM l, w WHERE services.id = l.id
            RETURNING services.id, services.topic, services.host
          ), m AS (
            DELETE FROM servicegroup_members m USING s WHERE m.service_id = s.id
            RETURNING m.generation
          )
          """
              .replace("$NOW", PostgresCatalogSql.NOW)
              .replace("$BEFORE", BEFORE)
          + PostgresCatalogSql.END_INCARNATION
          + """
          SELECT s.id, $NOTIFICATION FROM s LEFT JOIN raised ON true
          """
              .replace("$NOTIFICATION", PostgresCatalogNews.NOTIFICATION);

  /**
   * Records the removal of a member that has no row. Parameters: group, host, order. A join that
   * happens meanwhile changes the order's row, which is therefore written only in the version that
   * was seen.
   */
  static final String TRACE =
      """
      INSERT INTO servicegroup_words AS w (topic, host, spoken, removed)
      SELECT $1, $2, $3::bigint, true
      WHERE NOT EXISTS (SELECT FROM services WHERE topic = $1 AND host = $2 AND deleted = 0)
      ON CONFLICT (topic, host) DO UPDATE SET spoken = EXCLUDED.spoken, removed = true
      WHERE $BEFORE < EXCLUDED.spoken AND w.xmin = (SELECT seen.xmin FROM servicegroup_words seen
        WHERE seen.topic = $1 AND seen.host = $2)
      """
          .replace("$BEFORE", BEFORE);

  /**
   * Finds removals. Parameters: arrays of groups, hosts, uuids and the orders of the last words. A
   * member of the same name may have been deleted and joined again, and a removal that is older
   * than the last word is of an earlier member.
   */
  private static final String REMOVALS =
      """
      SELECT asked.topic, asked.host, max(removals.spoken) AS spoken
      FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
          AS asked(topic, host, uuid, known),
        LATERAL (
          SELECT 0::bigint AS spoken FROM services
          WHERE topic = asked.topic AND host = asked.host AND deleted IS DISTINCT FROM 0
            AND uuid IS NOT DISTINCT FROM asked.uuid
          $OR_ARCHIVED $OR_REMOVED
        ) removals
      WHERE true $PRIMARY
      GROUP BY asked.topic, asked.host
      """
          .replace("$PRIMARY", PostgresCatalogSql.ON_A_PRIMARY);

  /**
   * Deletes old removals. Parameter: their least age in milliseconds, measured by the server's
   * clock and by the median of all removals, so that a clock that jumped ahead, and the orders that
   * it gave, end none of the others.
   */
  static final String PRUNE =
      """
      DELETE FROM servicegroup_words
      WHERE removed AND (spoken > $GREATEST OR spoken < (
        SELECT least((extract(epoch FROM clock_timestamp()) * 1000)::bigint,
          percentile_disc(0.5) WITHIN GROUP (ORDER BY spoken)) - $1::bigint
        FROM servicegroup_words WHERE removed AND spoken <= $GREATEST))
      """
          .replace("$GREATEST", Long.toString(WordsOrder.GREATEST));

  /** Whether Nova's archive exists, into which an administrator moves deleted rows. */
  static final String ARCHIVE =
      """
      SELECT coalesce(has_table_privilege(to_regclass('shadow_services'), 'SELECT'), false)
        AND (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('shadow_services')
          AND attname IN ('topic', 'host', 'uuid') AND NOT attisdropped) = 3
      """;

  final String removals;
  private final boolean words;
  private final boolean archive;

  /**
   * Creates the statements.
   *
   * @param words whether the table of the words' orders exists
   * @param archive whether Nova's archive exists
   */
  PostgresWordsSql(boolean words, boolean archive) {
    this.words = words;
    this.archive = archive;
    removals = with(REMOVALS, "", "", "");
  }

  private static String said(String order, String removed, String conflict) {
    return """
    , w AS (
      INSERT INTO servicegroup_words AS w (topic, host, spoken, removed)
      SELECT topic, host, $NEW, $REMOVED FROM s
      ON CONFLICT (topic, host) DO UPDATE SET spoken = $CONFLICT, removed = $REMOVED
      RETURNING w.topic, w.host, w.spoken
    )
    """
        .replace("$CONFLICT", conflict)
        .replace("$BEFORE", BEFORE)
        .replace("$NEW", order)
        .replace("$REMOVED", removed)
        .replace("$MS", "(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
  }

  /**
   * A statement with its parts that concern the order, or without them where the table does not
   * exist.
   */
  String with(String statement, String order, String without, String said) {
    return statement
        .replace("$ORDER", words ? order : without)
        .replace("$WORDS", words ? JOIN_WORDS : "")
        .replace("$SPOKEN", words ? JOIN_SPOKEN : "")
        .replace("$SAID", words ? said : "")
        .replace(
            "$UNLESS_REMOVED",
            words
                ? "AND NOT EXISTS (SELECT FROM servicegroup_words WHERE topic = $1 AND host = $2"
                    + " AND removed AND "
                    + order("spoken")
                    + " > $14)"
                : "")
        .replace(
            "$UNLESS_ARCHIVED",
            archive
                ? "AND NOT EXISTS (SELECT FROM shadow_services"
                    + " WHERE topic = $1 AND host = $2 AND uuid = $5)"
                : "")
        .replace(
            "$OR_ARCHIVED",
            archive
                ? "UNION ALL SELECT 0 FROM shadow_services"
                    + " WHERE topic = asked.topic AND host = asked.host AND uuid = asked.uuid"
                : "")
        .replace(
            "$OR_REMOVED",
            words
                ? "UNION ALL SELECT "
                    + order("spoken")
                    + " FROM servicegroup_words"
                    + " WHERE topic = asked.topic AND host = asked.host AND removed"
                    + " AND "
                    + order("spoken")
                    + " > asked.known"
                : "");
  }
}

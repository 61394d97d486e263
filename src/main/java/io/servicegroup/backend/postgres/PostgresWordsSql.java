package io.servicegroup.backend.postgres;

import io.servicegroup.model.WordsOrder;

/**
 * What is said of the order of words, in statements of the catalogue and in its own. Whatever
 * changes words changes their order in the same statement.
 */
final class PostgresWordsSql {

  private static final String JOIN_WORDS =
      """
      LEFT JOIN servicegroup_words w ON w.topic = s.topic AND w.host = s.host
      """;

  /** Of those of whom it is said in the same statement. */
  private static final String JOIN_SPOKEN =
      """
      LEFT JOIN w ON w.topic = s.topic AND w.host = s.host
      """;

  /** An order that somebody can have spoken with; 0 where it is beyond all clocks. */
  static String order(String column) {
    return "(CASE WHEN %1$s <= %2$d THEN %1$s ELSE 0 END)".formatted(column, WordsOrder.GREATEST);
  }

  private static final String BEFORE = order("w.spoken");

  /** A join is no word, except against a removal. */
  static final String JOINED =
      said("0", "false", "CASE WHEN w.removed THEN greatest($BEFORE + 1, $MS) ELSE $BEFORE END");

  private static final String NEXT = "greatest($BEFORE + 1, EXCLUDED.spoken)";
  static final String SPOKEN = said("$MS", "false", NEXT);
  static final String REMOVED = said("$MS", "true", NEXT);

  /** Of {@link PostgresCatalogRows#valuesAndOrder}; a word against a removal, as a join is. */
  static final String GIVEN =
      said(
          "$14::bigint",
          "false",
          "greatest($BEFORE + CASE WHEN w.removed THEN 1 ELSE 0 END, EXCLUDED.spoken)");

  /**
   * The same, where nobody removed the member while its row was waited for: an order that is none
   * undoes all of the statement.
   */
  static final String RESTORED =
      said(
          "$14::bigint",
          "false",
          "CASE WHEN w.removed AND $BEFORE > EXCLUDED.spoken THEN NULL"
              + " ELSE greatest($BEFORE, EXCLUDED.spoken) END");

  /**
   * The member's row as it was seen together with everything beside it: whoever waited for it to be
   * free would see it as it is now, and beside it the life and the order of before. Where somebody
   * changed it meanwhile, nothing is done, and the next read judges anew.
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
   * Group, host, order, uuid, disabled, reason, forced down; version, metadata and the generation
   * that they were said in, which a later join says anew. The order is compared as it is when it is
   * written: a word that was confirmed meanwhile changed no row of Nova's.
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
            RETURNING services.id
          ), m AS (
            UPDATE servicegroup_members m
            SET metadata = CASE WHEN $STORED > $10::bigint THEN metadata ELSE $9 END,
              changed = pg_current_xact_id()
            FROM s WHERE m.service_id = s.id
          ) SELECT s.id, pg_notify('servicegroup', 'catalog ' || s.id) FROM s
          """
              .replace("$NOW", PostgresCatalogSql.NOW)
              .replace("$BEFORE", BEFORE)
              .replace("$STORED", PostgresCatalogSql.generation("generation"));

  /** Group, host, order, the order before, uuid, disabled, reason, forced down. */
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
   * Group, host, order, the last generation. One of Nova's rows is never removed; nor is a life
   * that somebody asked for since.
   */
  static final String BURY =
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
            RETURNING services.id
          ), m AS (
            DELETE FROM servicegroup_members m USING s WHERE m.service_id = s.id
            RETURNING m.generation
          )
          """
              .replace("$NOW", PostgresCatalogSql.NOW)
              .replace("$BEFORE", BEFORE)
          + PostgresCatalogSql.END_INCARNATION
          + """
          SELECT s.id, pg_notify('servicegroup', 'catalog ' || s.id) FROM s LEFT JOIN raised ON true
          """;

  /**
   * Group, host, order: of a member that is not there. Whoever joins it meanwhile says so in the
   * order's row, which is therefore written only as it was seen.
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
   * Arrays of groups, hosts, uuids and the orders of the last words: the same name may have been
   * deleted and joined again, and a removal before the last word is none of that word's member.
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
   * For how long removals are kept, in milliseconds: by the server's clock, and also by the removal
   * in the middle of all, since a clock that jumped ahead, and those that it gave, are to end none
   * of the others.
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

  /** Whether there is Nova's archive, into which an administrator moves rows that were deleted. */
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
   * Makes the statements.
   *
   * @param words whether there is the table of the words' orders
   * @param archive whether there is Nova's archive
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

  /** A statement with what follows for the order, or without where there is no table of it. */
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

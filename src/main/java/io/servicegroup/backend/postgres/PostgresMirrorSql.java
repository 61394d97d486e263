package io.servicegroup.backend.postgres;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.function.Function;

/** The statements of the mirror, for any number of rows. */
final class PostgresMirrorSql {

  /**
   * Which of an operator's words in a row a mirror wrote, so that it may take them back.
   *
   * @param disabled whether it wrote that the member is disabled
   * @param forcedDown whether it wrote that the member is forced down
   */
  record MirroredWords(boolean disabled, boolean forcedDown) {
    static final MirroredWords NOTHING = new MirroredWords(false, false);

    static MirroredWords of(Member member) {
      return new MirroredWords(member.disabled(), member.forcedDown());
    }
  }

  /**
   * The wanted row of a member.
   *
   * @param member the catalogue's record, with an incarnation
   * @param before the words that the last write put into the row
   */
  record Wanted(Member member, MirroredWords before) {}

  /**
   * Parameters: the members' columns, then the words of the last write: disabled and forced down. A
   * member that the statement does not return has a newer incarnation, or a row that is locked or
   * was just inserted by another transaction.
   *
   * <p>The row as it is when it is written decides what is kept, because an operator may have
   * changed it since it was read. A newer incarnation is not overwritten. PostgreSQL re-reads a
   * locked row but not the joined tables, so an incarnation that joined during the wait would be
   * missed; but its join changed the row. Therefore a row is written only in the version that was
   * seen together with its incarnation.
   */
  private static final String WRITE =
      """
      WITH asked AS MATERIALIZED (
        SELECT asked.* FROM $BRIEFLY unnest($1::text[], $2::text[], $3::text[], $4::integer[],
            $5::text[], $6::boolean[], $7::text[], $8::boolean[], $9::text[], $10::bigint[], $11::text[],
            $12::text[], $13::text[], $14::boolean[], $15::boolean[])
          AS asked (topic, host, "binary", version, uuid, disabled, disabled_reason, forced_down,
            incarnation, generation, agent, backends, metadata, was_disabled, was_forced_down)
        ORDER BY topic, host
      ), seen AS MATERIALIZED (
        SELECT found.id, found.version FROM asked CROSS JOIN LATERAL (
          SELECT s.id, s.xmin AS version FROM services s
          WHERE s.topic = asked.topic AND s.host = asked.host AND s.deleted = 0 OFFSET 0) found
      ), locked AS MATERIALIZED (
        SELECT found.id FROM seen CROSS JOIN LATERAL (
          SELECT s.id FROM services s
          WHERE s.id = seen.id AND s.xmin = seen.version AND s.deleted = 0
          FOR UPDATE OF s $SKIP_LOCKED) found
      ), known AS (
        UPDATE services s SET "binary" = asked."binary", version = asked.version,
          uuid = coalesce(s.uuid, asked.uuid),
          disabled = asked.disabled OR (coalesce(s.disabled, false) AND NOT asked.was_disabled),
          disabled_reason = CASE
            WHEN asked.disabled OR NOT coalesce(s.disabled, false) OR asked.was_disabled
            THEN asked.disabled_reason ELSE s.disabled_reason END,
          forced_down = asked.forced_down
            OR (coalesce(s.forced_down, false) AND NOT asked.was_forced_down),
          updated_at = $NOW
        FROM locked, asked
        WHERE s.id = locked.id AND s.topic = asked.topic AND s.host = asked.host
          AND NOT EXISTS (SELECT FROM servicegroup_members
            WHERE service_id = s.id AND $STORED > asked.generation)
        RETURNING s.id, s.topic, s.host, s.report_count
      ), added AS (
        INSERT INTO services (topic, host, "binary", version, uuid, disabled, disabled_reason,
          forced_down, report_count, deleted, created_at)
        SELECT topic, host, "binary", version, uuid, disabled, disabled_reason, forced_down, 0, 0,
          $NOW
        FROM asked WHERE NOT EXISTS (SELECT FROM services s
          WHERE s.topic = asked.topic AND s.host = asked.host AND s.deleted = 0)
        ORDER BY topic, host
        ON CONFLICT DO NOTHING
        RETURNING id, topic, host, report_count
      ), s AS (
        SELECT * FROM known UNION ALL SELECT * FROM added
      ), m AS (
        INSERT INTO servicegroup_members
          (service_id, generation, incarnation, agent, backends, metadata, joined_count)
        SELECT s.id, asked.generation, asked.incarnation, asked.agent,
          ARRAY(SELECT jsonb_array_elements_text(asked.backends::jsonb)), asked.metadata::jsonb,
          s.report_count
        FROM s JOIN asked ON asked.topic = s.topic AND asked.host = s.host
        ORDER BY s.id
        ON CONFLICT (service_id) DO UPDATE SET generation = EXCLUDED.generation,
          incarnation = EXCLUDED.incarnation, agent = EXCLUDED.agent, backends = EXCLUDED.backends,
          metadata = EXCLUDED.metadata, joined_count = EXCLUDED.joined_count, state = $ALIVE,
          state_reason = NULL, changed = pg_current_xact_id()
        WHERE $STORED <= EXCLUDED.generation
        RETURNING service_id
      ) $NOTE $ANNOUNCE SELECT s.topic, s.host $ANNOUNCED
        FROM s JOIN m ON m.service_id = s.id
      """
          .replace("$ANNOUNCED", PostgresCatalogNews.ANNOUNCED)
          .replace("$ANNOUNCE", PostgresCatalogNews.ANNOUNCE)
          .replace("$ALIVE", PostgresStates.ALIVE)
          .replace("$NOW", PostgresCatalogSql.NOW)
          .replace("$STORED", PostgresCatalogSql.generation("servicegroup_members.generation"));

  private static final String NOTE =
      """
      , noted AS (
        INSERT INTO servicegroup_mirrored (topic, host, service_id, disabled, forced_down)
        SELECT s.topic, s.host, s.id, asked.disabled, asked.forced_down
        FROM s JOIN m ON m.service_id = s.id
          JOIN asked ON asked.topic = s.topic AND asked.host = s.host
        ORDER BY s.topic, s.host
        ON CONFLICT (topic, host) DO UPDATE SET service_id = EXCLUDED.service_id,
          disabled = EXCLUDED.disabled, forced_down = EXCLUDED.forced_down
      )
      """;

  /** Parameters: arrays of groups and hosts. */
  static final String NOTED =
      """
      SELECT noted.topic, noted.host, noted.disabled, noted.forced_down
      FROM servicegroup_mirrored noted JOIN services s ON s.id = noted.service_id
        AND s.topic = noted.topic AND s.host = noted.host AND s.deleted = 0
      WHERE (noted.topic, noted.host) IN (SELECT * FROM unnest($1::text[], $2::text[]))
      """;

  /**
   * Parameters: group, host, generation. An incarnation that joined while the statement waited for
   * the row is not seen, but has changed the row. Therefore the row is deleted only in the version
   * that was seen together with its incarnation.
   */
  private static final String REMOVE =
      """
      WITH seen AS MATERIALIZED (
        SELECT services.id, services.topic, services.host, services.xmin AS version
        FROM services JOIN servicegroup_members m ON m.service_id = services.id
        WHERE topic = $1 AND host = $2 AND deleted = 0 AND m.generation <= $3::bigint
      ), s AS (
        UPDATE services SET deleted = services.id, deleted_at = now() AT TIME ZONE 'utc'
        FROM seen
        WHERE services.id = seen.id AND services.xmin = seen.version AND services.deleted = 0
        RETURNING services.id
      ), m AS (
        DELETE FROM servicegroup_members m USING s WHERE m.service_id = s.id
      ) $FORGET SELECT s.id IS NOT NULL AS removed,
          pg_notify('servicegroup', 'catalog '
            || json_build_array(json_build_array(seen.topic, seen.host))::text)
        FROM seen LEFT JOIN s ON s.id = seen.id
      """;

  private static final String FORGET =
      """
      , noted AS (
        DELETE FROM servicegroup_mirrored noted USING s WHERE noted.service_id = s.id
          AND noted.topic = $1 AND noted.host = $2
      )
      """;

  private PostgresMirrorSql() {}

  /**
   * The statement that writes rows.
   *
   * @param waits whether to wait for locked rows; otherwise they are skipped, and a row that
   *     another transaction is inserting is waited for briefly
   * @param notes whether the table of notes exists
   */
  static String write(boolean waits, boolean notes) {
    return WRITE
        .replace("$SKIP_LOCKED", waits ? "" : "SKIP LOCKED")
        .replace("$BRIEFLY", waits ? "" : PostgresJoinSql.BRIEFLY)
        .replace("$NOTE", notes ? NOTE : "");
  }

  /** The statement that deletes a row and its note. */
  static String remove(boolean notes) {
    return REMOVE.replace("$FORGET", notes ? FORGET : "");
  }

  /** The parameters of the statement that writes rows. */
  static Tuple values(List<Wanted> rows) {
    return Tuple.tuple()
        .addArrayOfString(texts(rows, member -> member.id().group()))
        .addArrayOfString(texts(rows, member -> member.id().host()))
        .addArrayOfString(texts(rows, Member::binary))
        .addArrayOfInteger(rows.stream().map(row -> row.member().version()).toArray(Integer[]::new))
        .addArrayOfString(texts(rows, Member::uuid))
        .addArrayOfBoolean(flags(rows, row -> row.member().disabled()))
        .addArrayOfString(texts(rows, Member::disabledReason))
        .addArrayOfBoolean(flags(rows, row -> row.member().forcedDown()))
        .addArrayOfString(texts(rows, member -> member.incarnation().toString()))
        .addArrayOfLong(
            rows.stream()
                .map(row -> row.member().incarnation())
                .map(Incarnation::generation)
                .toArray(Long[]::new))
        .addArrayOfString(texts(rows, Member::agent))
        .addArrayOfString(
            texts(rows, member -> new JsonArray(List.copyOf(member.backends())).encode()))
        .addArrayOfString(texts(rows, member -> new JsonObject(member.metadata()).encode()))
        .addArrayOfBoolean(flags(rows, row -> row.before().disabled()))
        .addArrayOfBoolean(flags(rows, row -> row.before().forcedDown()));
  }

  private static String[] texts(List<Wanted> rows, Function<Member, String> text) {
    return rows.stream().map(Wanted::member).map(text).toArray(String[]::new);
  }

  private static Boolean[] flags(List<Wanted> rows, Function<Wanted, Boolean> flag) {
    return rows.stream().map(flag).toArray(Boolean[]::new);
  }
}

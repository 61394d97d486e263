package io.servicegroup.backend.postgres;

import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Watch;

/** The statements of the liveness backend. Each is one round trip and one transaction. */
final class PostgresLivenessSql {

  private PostgresLivenessSql() {}

  /** Whether our tables exist. */
  static final String TABLES =
      """
      SELECT to_regclass('services') IS NOT NULL
         AND to_regclass('servicegroup_members') IS NOT NULL
         AND to_regclass('servicegroup_canaries') IS NOT NULL
      """;

  /** Looks up members. $1 groups, $2 their hosts. */
  static final String LOOK_UP =
      """
      SELECT s.topic, s.host, s.id, $STORED AS generation, m.incarnation
        FROM $NAMED
        LEFT JOIN servicegroup_members m ON m.service_id = s.id
      """
          .replace("$NAMED", PostgresCatalogSql.NAMED)
          .replace("$STORED", PostgresCatalogSql.generation("m.generation"));

  /**
   * What was asked for: $1 ids, $2 their incarnations, $3 their generations; and what stands there.
   * A row that does not exist, or has another incarnation that is not newer, shows a database that
   * was restored from an older state or whose tables were emptied.
   */
  private static final String ASKED =
      """
      asked AS MATERIALIZED (
        SELECT wanted.id, wanted.incarnation, s.xmin AS seen, m.state,
               s.id IS NOT NULL AND s.deleted IS DISTINCT FROM 0 AS deleted,
               coalesce($STORED > wanted.generation, false) AS superseded,
               s.id IS NULL OR m.incarnation IS DISTINCT FROM wanted.incarnation AS set_back
          FROM unnest($1::int[], $2::text[], $3::bigint[]) AS wanted(id, incarnation, generation)
          LEFT JOIN services s ON s.id = wanted.id
          LEFT JOIN servicegroup_members m ON m.service_id = wanted.id
      )\
      """
          .replace("$STORED", PostgresCatalogSql.generation("m.generation"));

  /**
   * Writes beats, and tells of each member that was asked for the new count or why there is none.
   * $1 to $3 as in {@link #ASKED}, $4 seconds after which the statement does nothing.
   *
   * <p>Rows that another transaction has locked are skipped; the others are locked in order of
   * their ids. Only this transaction does not wait for the disk, because a lost beat is repeated. A
   * statement that had to wait for a lock on the table does nothing, because it says nothing about
   * the present.
   *
   * <p>PostgreSQL re-reads a row that was changed while the statement waited for it, but not the
   * tables that are joined with it. Without a check, a beat of an incarnation that a join has just
   * ended would be written for the new one. A row is therefore written only in the version that was
   * seen together with its incarnation.
   */
  static final String BEAT =
      """
      WITH setting AS MATERIALIZED (
        SELECT set_config('synchronous_commit', 'off', true) AS commit,
               clock_timestamp() < now() + make_interval(secs => $4) AS in_time
      ), $ASKED, ours AS MATERIALIZED (
        SELECT s.id
          FROM asked JOIN services s ON s.id = asked.id AND s.xmin = asked.seen
         WHERE NOT (asked.deleted OR asked.set_back) AND asked.state IN $BEATING
         ORDER BY s.id
           FOR NO KEY UPDATE OF s SKIP LOCKED
      ), beaten AS (
        UPDATE services s
           SET report_count = CASE WHEN s.report_count < 2147483647 THEN s.report_count + 1
                                   ELSE 1 END,
               last_seen_up = now() AT TIME ZONE 'utc',
               updated_at = now() AT TIME ZONE 'utc'
          FROM setting, ours
         WHERE s.id = ours.id AND setting.commit = 'off' AND setting.in_time
        RETURNING s.id, s.report_count
      )
      SELECT id, report_count, false AS deleted, false AS superseded, false AS set_back,
             NULL AS state
        FROM beaten
       UNION ALL
      SELECT id, NULL, deleted, superseded, set_back, state FROM asked
       WHERE id NOT IN (SELECT id FROM beaten)
      """
          .replace("$ASKED", ASKED)
          .replace("$BEATING", PostgresStates.BEATING);

  /**
   * Writes the beat of an agent with one member. $1 its id, $2 its incarnation, $3 seconds after
   * which the statement does nothing. It costs the server half as much as {@link #BEAT} with one
   * member, but waits where the row is locked, and does not tell why it wrote nothing.
   */
  static final String BEAT_OF_ONE =
      """
      UPDATE services s
         SET report_count = CASE WHEN s.report_count < 2147483647 THEN s.report_count + 1
                                 ELSE 1 END,
             last_seen_up = now() AT TIME ZONE 'utc',
             updated_at = now() AT TIME ZONE 'utc'
        FROM servicegroup_members m
       WHERE s.id = $1::int AND s.deleted = 0
         AND s.xmin = (SELECT seen.xmin FROM services seen WHERE seen.id = $1::int)
         AND m.service_id = $1::int AND m.incarnation = $2::text
         AND m.state IN $BEATING
         AND set_config('synchronous_commit', 'off', true) = 'off'
         AND clock_timestamp() < now() + make_interval(secs => $3)
      RETURNING s.id, s.report_count
      """
          .replace("$BEATING", PostgresStates.BEATING);

  /**
   * Writes changed states, and tells of those that were not written why. $1 to $3 as in {@link
   * #ASKED}, $4 states, $5 reasons. Waits for the disk, but skips locked rows.
   */
  static final String CHANGE_STATE =
      """
      WITH $ASKED, ours AS MATERIALIZED (
        SELECT m.service_id, news.state, news.reason
          FROM unnest($1::int[], $2::text[], $4::text[], $5::text[])
               AS news(id, incarnation, state, reason)
          JOIN servicegroup_members m
            ON m.service_id = news.id AND m.incarnation = news.incarnation
         ORDER BY m.service_id
           FOR NO KEY UPDATE OF m SKIP LOCKED
      ), written AS (
        UPDATE servicegroup_members m
           SET state = ours.state, state_reason = ours.reason, changed = pg_current_xact_id()
          FROM ours
         WHERE m.service_id = ours.service_id
        RETURNING m.service_id
      ), told AS MATERIALIZED (
        SELECT service_id, pg_notify('servicegroup', 'liveness ' || service_id) FROM written
      )
      SELECT service_id AS id, true AS written, false AS deleted, false AS superseded,
             false AS set_back, NULL AS state
        FROM told
       UNION ALL
      SELECT id, false, deleted, superseded, set_back, state FROM asked
       WHERE id NOT IN (SELECT service_id FROM told)
      """
          .replace("$ASKED", ASKED);

  /** Finds which rows of the ids $1 are locked. Only rows that were ever locked are tried. */
  static final String LOCKED =
      """
      WITH setting AS MATERIALIZED (
        SELECT set_config('synchronous_commit', 'off', true) AS commit
      ), locked AS MATERIALIZED (
        SELECT s.id FROM services s, setting
         WHERE s.id = ANY ($1::int[]) AND s.xmax <> '0'::xid AND setting.commit = 'off'
      ), free AS MATERIALIZED (
        SELECT s.id FROM services s WHERE s.id IN (SELECT id FROM locked)
           FOR NO KEY UPDATE SKIP LOCKED
      )
      SELECT id FROM locked WHERE id NOT IN (SELECT id FROM free)
      """;

  /**
   * States that an agent is alive but cannot beat. $1 its key among the canaries, where agents that
   * do not know of such statements ignore it, $2 for how many seconds the statement is valid.
   */
  static final String STALLED =
      """
      INSERT INTO servicegroup_canaries AS c (agent, nonce, count, written_at)
      SELECT $1::text, $2::text, 1, now() WHERE set_config('synchronous_commit', 'off', true) = 'off'
      ON CONFLICT (agent) DO UPDATE
         SET nonce = excluded.nonce, count = c.count + 1, written_at = excluded.written_at
      """;

  /**
   * Finds which of the keys $1 have a valid statement, by the server's clock alone. The key is
   * checked before the nonce is read as a number, because a canary's nonce is none.
   */
  static final String STALLED_AMONG =
      """
      SELECT agent FROM servicegroup_canaries
       WHERE CASE WHEN agent = ANY ($1::text[])
                  THEN written_at > now() - make_interval(secs => nonce::double precision)
             END
      """;

  /** Removes canaries of agents that were killed. */
  static final String REMOVE_STALE_CANARIES =
      "DELETE FROM servicegroup_canaries WHERE written_at < now() - interval '1 day'";

  /** Removes the canary of agent $1. */
  static final String REMOVE_CANARY = "DELETE FROM servicegroup_canaries WHERE agent = $1";

  private static final String TOUCH =
      """
      WITH touched AS (
        UPDATE services SET report_count = report_count WHERE id = -1 RETURNING id
      )
      """;

  /** An abandoned poll may reach the server after later polls; it then writes no canary. */
  private static final String WRITE_CANARY =
      """
      , setting AS MATERIALIZED (
        SELECT set_config('synchronous_commit', 'off', true) AS commit
      ), canary AS (
        INSERT INTO servicegroup_canaries AS c (agent, nonce, count, written_at)
        SELECT $5::text, $6::text, $7::bigint, now() FROM setting WHERE setting.commit = 'off'
        ON CONFLICT (agent) DO UPDATE
           SET nonce = excluded.nonce, count = excluded.count, written_at = excluded.written_at
         WHERE c.nonce <> excluded.nonce OR c.count < excluded.count
      )
      """;

  private static final String NO_CANARY = "true";

  /**
   * Whether the canary of the previous poll is intact. The statement writes the next canary too,
   * but does not see its own write.
   */
  private static final String CANARY_INTACT =
      """
      ($8::bigint = 0 OR EXISTS (SELECT FROM servicegroup_canaries
        WHERE agent = $5::text AND nonce = $6::text AND count >= $8::bigint))\
      """;

  /**
   * How long ago a row's beat was written, in milliseconds, at most an hour: Nova's services bring
   * their own clocks and may write any time, and none may make a poll fail.
   */
  private static final String AGE =
      """
      (extract(epoch FROM now() AT TIME ZONE 'utc'
        - least(now() AT TIME ZONE 'utc',
                greatest(s.last_seen_up, now() AT TIME ZONE 'utc' - interval '1 hour')))
       * 1000)::bigint\
      """;

  /**
   * A digest of what the catalogue reads of a row; null where triggers announce its changes, so
   * that nobody needs it.
   */
  private static final String WORDS =
      """
      CASE WHEN NOT $ANNOUNCED THEN hashtextextended(ROW(s.topic, s.host, s."binary", s.uuid,
        s.version, s.disabled, s.disabled_reason, s.forced_down)::text COLLATE "C", 0) END\
      """
          .replace("$ANNOUNCED", PostgresChangeTriggers.ENABLED);

  private static final String NO_WORDS = "NULL::bigint";

  private static final String READ =
      """
      SELECT facts.snapshot, facts.clock, facts.intact, row.*
        FROM (SELECT pg_current_snapshot()::text AS snapshot,
                     (extract(epoch FROM now()) * 1000)::bigint AS clock,
                     %s AS intact) facts
        LEFT JOIN (
          SELECT s.id, s.topic, s.host, s.report_count, m.incarnation, m.state, m.state_reason,
                 m.joined_count, $AGE AS age, %s AS words
            FROM services s
            LEFT JOIN servicegroup_members m ON m.service_id = s.id
           WHERE s.deleted = 0 AND s.topic IS NOT NULL AND %s
             AND ($2::text IS NULL
                  OR age(s.xmin) <= (SELECT age($2::xid8::xid))
                  OR s.xmin = ANY ($4::text::xid[])
                  OR m.changed >= $2::xid8
                  OR m.changed = ANY ($3::text::xid8[]))
        ) row ON true
      """
          .replace("$AGE", AGE);

  /**
   * One poll. It takes the lock that a beat takes, by an update of no row, which only a primary
   * allows. $1 is what to watch: own members, or groups, to which the last parameter adds the own
   * members outside of them, or nothing for all. $2 is the horizon of the last poll (null: read
   * everything); of the transactions below it, only $3 were running then ($4: the same in the form
   * of {@code xmin}). So whatever changed since was written by one of those or by one at or above
   * the horizon, regardless of any clock.
   *
   * @param canary whether a canary is written: $5 the agent, $6 its nonce, $7 the new count, $8 the
   *     count that must be stored (0: none)
   */
  static String poll(LivenessSettings settings, boolean canary) {
    String watched =
        settings.watch() instanceof Watch.Groups
            ? "(s.topic = ANY ($1::text[]) OR s.id = ANY ($%d::int[]))".formatted(canary ? 9 : 5)
            : settings.watch().equals(Watch.OWN) ? "s.id = ANY ($1::int[])" : "$1::text[] IS NULL";
    return TOUCH
        + (canary ? WRITE_CANARY : "")
        + READ.formatted(
            canary ? CANARY_INTACT : NO_CANARY, readsWords(settings) ? WORDS : NO_WORDS, watched);
  }

  /**
   * Whether polls read all rows that a catalogue in the same database may have to read. A catalogue
   * looks after members outside the watched groups as well if somebody spoke of them through its
   * agent.
   */
  static boolean readsWords(LivenessSettings settings) {
    return settings.tables() == null && settings.watch().equals(Watch.ALL);
  }
}

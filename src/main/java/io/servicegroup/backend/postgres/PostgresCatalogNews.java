package io.servicegroup.backend.postgres;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.Telling;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** How agents announce changes of the catalogue to each other, and what they hear. */
final class PostgresCatalogNews {

  private static final String NEWS = "catalog ";

  /**
   * Announces a changed member. Agents of earlier versions take any text after the first word for
   * news; {@link io.servicegroup.bus.MemberNews} reads the names.
   */
  static final String NOTIFICATION =
      "pg_notify('servicegroup', 'catalog '"
          + " || json_build_array(json_build_array(s.topic, s.host))::text)";

  /** The same as a further column. */
  static final String CHANGED = ", " + NOTIFICATION;

  /**
   * Announces the members of {@code s}, in as few notifications as their length allows: a
   * notification has less than 8,000 bytes, and each wakes every agent. To be followed by {@link
   * #ANNOUNCED}, without which nothing is announced.
   */
  static final String ANNOUNCE =
      """
      , announced AS MATERIALIZED (
        SELECT count(pg_notify('servicegroup', 'catalog ' || names)) AS notifications FROM (
          SELECT json_agg(json_build_array(topic, host))::text AS names FROM (
            SELECT topic, host,
              sum(octet_length(json_build_array(topic, host)::text) + 2)
                OVER (ORDER BY topic, host) / 4000 AS part
            FROM s) named
          GROUP BY part) parts
      )
      """;

  static final String ANNOUNCED = ", (SELECT notifications FROM announced)";

  /**
   * Whether only agents write into the table: it was made as they make it, is not in a database of
   * Nova's, and has no row that no agent joined.
   */
  private static final String WRITTEN_BY_AGENTS =
      """
      SELECT EXISTS (SELECT FROM pg_class
          WHERE oid = to_regclass('services') AND 'fillfactor=50' = ANY (reloptions))
        AND to_regclass('instances') IS NULL AND to_regclass('compute_nodes') IS NULL
        AND NOT EXISTS (SELECT FROM services s
          WHERE s.deleted = 0 AND s.topic IS NOT NULL
            AND NOT EXISTS (SELECT FROM servicegroup_members m WHERE m.service_id = s.id))
      """;

  private PostgresCatalogNews() {}

  /**
   * Listens for changes.
   *
   * @param rows tells whether members were seen that no agent joined
   * @param changed receives the changes
   * @return of which changes is told at present
   */
  static Future<Supplier<Telling>> watch(
      PostgresClient client, PostgresCatalogRows rows, Consumer<MemberNews> changed) {
    return client
        .listen(payload -> heard(payload, changed))
        .compose(arrives -> client.query(WRITTEN_BY_AGENTS, Tuple.tuple()))
        .map(found -> found.iterator().next().getBoolean(0))
        .otherwise(false)
        .map(onlyAgents -> () -> telling(client, onlyAgents && !rows.hasStrangers()));
  }

  private static void heard(String payload, Consumer<MemberNews> changed) {
    if (payload.startsWith(NEWS)) {
      changed.accept(MemberNews.parse(payload.substring(NEWS.length())));
    } else if (payload.equals(PostgresNotifications.RESYNC)) {
      changed.accept(MemberNews.OF_ANYBODY);
    }
  }

  /** Nova's services and its operators' commands write into its table and notify nobody. */
  private static Telling telling(PostgresClient client, boolean onlyAgentsWrite) {
    if (!client.isListening()) {
      return Telling.NOTHING;
    }
    return onlyAgentsWrite ? Telling.OF_EVERYBODY : Telling.OF_AGENTS;
  }
}

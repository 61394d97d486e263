package io.servicegroup.backend.postgres;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.catalog.Telling;
import io.vertx.core.Future;
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
   * #ANNOUNCED}, without which nothing is announced. The triggers of the table then announce
   * nothing in this transaction. What {@link #NOTIFICATION} announces they announce in the same
   * words, which PostgreSQL sends once.
   */
  static final String ANNOUNCE =
      """
      , announced AS MATERIALIZED (
        SELECT count(pg_notify('servicegroup', 'catalog ' || names)) AS notifications,
          set_config('servicegroup.announced', 'yes', true) AS by_itself
        FROM (
          SELECT json_agg(json_build_array(topic, host))::text AS names FROM (
            SELECT topic, host,
              sum(octet_length(json_build_array(topic, host)::text) + 2)
                OVER (ORDER BY topic, host) / 4000 AS part
            FROM s) named
          GROUP BY part) parts
      )
      """;

  static final String ANNOUNCED = ", (SELECT notifications FROM announced)";

  private PostgresCatalogNews() {}

  /**
   * Listens for changes.
   *
   * @param rows tells whether the changes that others make are announced too
   * @param changed receives the changes
   * @return of which changes is told at present
   */
  static Future<Supplier<Telling>> watch(
      PostgresClient client, PostgresCatalogRows rows, Consumer<MemberNews> changed) {
    return client
        .listen(payload -> heard(payload, changed))
        .map(arrives -> () -> telling(client, rows.areAllChangesAnnounced()));
  }

  /** The notification that announces news. */
  static String payload(MemberNews news) {
    return NEWS + news.text();
  }

  private static void heard(String payload, Consumer<MemberNews> changed) {
    if (payload.startsWith(NEWS)) {
      changed.accept(MemberNews.parse(payload.substring(NEWS.length())));
    } else if (payload.equals(PostgresNotifications.RESYNC)) {
      changed.accept(MemberNews.OF_ANYBODY);
    }
  }

  /** Changes that nobody announces are found by an observer's polls. */
  private static Telling telling(PostgresClient client, boolean allChanges) {
    if (!client.isListening()) {
      return Telling.NOTHING;
    }
    return allChanges || client.seesWords() ? Telling.OF_EVERYBODY : Telling.OF_AGENTS;
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * The order of the operator's last word about each member, in the table {@code servicegroup_words}
 * beside Nova's, which Nova and older agents leave alone. Without that table words have no order,
 * and none is restored.
 */
final class PostgresWords {

  /** The version of the schema that adds the table. */
  private static final int SINCE = 2;

  private static final Duration KEPT = Duration.ofDays(30);
  private static final Duration PRUNED_EVERY = Duration.ofDays(1);

  private final PostgresClient client;
  private final boolean there;
  private final boolean archive;
  private final PostgresWordsSql sql;
  private long prunedAt;

  /**
   * Creates it.
   *
   * @param version of the schema
   * @param archive whether Nova's archive of deleted rows exists and may be read
   */
  private PostgresWords(PostgresClient client, int version, boolean archive) {
    this.client = client;
    this.there = version >= SINCE;
    this.archive = archive;
    this.sql = new PostgresWordsSql(there, archive);
  }

  /**
   * Returns the previous instance, which remembers when it pruned, unless other tables exist now.
   */
  static Future<PostgresWords> after(PostgresWords before, PostgresClient client, int version) {
    return client
        .query(PostgresWordsSql.ARCHIVE, Tuple.tuple())
        .map(found -> found.iterator().next().getBoolean(0))
        .map(archive -> new PostgresWords(client, version, archive))
        .map(now -> now.isAs(before) ? before : now);
  }

  private boolean isAs(PostgresWords before) {
    return before != null
        && before.client == client
        && before.there == there
        && before.archive == archive;
  }

  /** The catalogue's statements, which change the words together with their order. */
  PostgresCatalogSql catalog() {
    return new PostgresCatalogSql(sql);
  }

  /** The statements of a join. */
  PostgresJoinSql joins() {
    return new PostgresJoinSql(sql);
  }

  Future<Void> putBack(Member remembered) {
    Incarnation incarnation = remembered.incarnation();
    return there
        ? client
            .query(
                PostgresWordsSql.PUT_BACK,
                Tuple.tuple()
                    .addString(remembered.id().group())
                    .addString(remembered.id().host())
                    .addLong(remembered.wordsOrder())
                    .addString(remembered.uuid())
                    .addBoolean(remembered.disabled())
                    .addString(remembered.disabledReason())
                    .addBoolean(remembered.forcedDown())
                    .addInteger(remembered.version())
                    .addJsonObject(new JsonObject(remembered.metadata()))
                    .addLong(incarnation == null ? 0 : incarnation.generation()))
            .mapEmpty()
        : Future.succeededFuture();
  }

  Future<Void> confirm(Member seen, long order) {
    return there
        ? client
            .query(
                PostgresWordsSql.CONFIRM,
                Tuple.tuple()
                    .addString(seen.id().group())
                    .addString(seen.id().host())
                    .addLong(order)
                    .addLong(seen.wordsOrder())
                    .addString(seen.uuid())
                    .addBoolean(seen.disabled())
                    .addString(seen.disabledReason())
                    .addBoolean(seen.forcedDown()))
            .mapEmpty()
        : Future.succeededFuture();
  }

  Future<Boolean> removeAgain(Member last) {
    Incarnation incarnation = last.incarnation();
    return there
        ? client
            .query(
                PostgresWordsSql.REMOVE_AGAIN,
                Tuple.tuple()
                    .addString(last.id().group())
                    .addString(last.id().host())
                    .addLong(last.wordsOrder())
                    .addLong(incarnation == null ? 0 : incarnation.generation()))
            .map(removed -> removed.size() > 0)
            .compose(removed -> removed ? Future.succeededFuture(true) : trace(last).map(false))
        : Future.succeededFuture(false);
  }

  Future<Void> trace(Member last) {
    return there
        ? client
            .query(
                PostgresWordsSql.TRACE,
                Tuple.of(last.id().group(), last.id().host(), last.wordsOrder()))
            .mapEmpty()
        : Future.succeededFuture();
  }

  boolean isThere() {
    return there;
  }

  /**
   * Reads the removals of members. A missing member that no agent of ours joined counts as removed,
   * because no agent may restore a row of Nova's.
   */
  Future<Map<MemberId, Long>> removals(Collection<Member> lastSeen) {
    Map<MemberId, Long> orders = new HashMap<>();
    for (Member member : lastSeen) {
      if (member.incarnation() == null) {
        orders.put(member.id(), 0L);
      }
    }
    return client
        .query(
            sql.removals,
            Tuple.tuple()
                .addArrayOfString(each(lastSeen, member -> member.id().group()))
                .addArrayOfString(each(lastSeen, member -> member.id().host()))
                .addArrayOfString(each(lastSeen, Member::uuid))
                .addArrayOfLong(lastSeen.stream().map(Member::wordsOrder).toArray(Long[]::new)))
        .map(
            found -> {
              for (Row row : found) {
                MemberId id = new MemberId(row.getString("topic"), row.getString("host"));
                orders.put(id, row.getLong("spoken"));
              }
              return orders;
            });
  }

  private static String[] each(Collection<Member> members, Function<Member, String> value) {
    return members.stream().map(value).toArray(String[]::new);
  }

  /**
   * Deletes the records of old removals once a day. A failure is ignored: another agent prunes as
   * well.
   */
  void prune() {
    long now = System.nanoTime();
    if (there && (prunedAt == 0 || now - prunedAt > PRUNED_EVERY.toNanos())) {
      prunedAt = now;
      client.query(PostgresWordsSql.PRUNE, Tuple.of(KEPT.toMillis())).otherwiseEmpty();
    }
  }
}

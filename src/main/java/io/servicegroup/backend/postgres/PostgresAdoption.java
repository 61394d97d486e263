package io.servicegroup.backend.postgres;

import io.servicegroup.model.Member;
import io.vertx.core.Future;
import java.util.List;
import java.util.function.Supplier;

/**
 * Stores a member of another catalogue, unless an agent has joined it here since. Another
 * transaction may change the row while the statement waits for it, most often a beat: then the
 * member is judged again.
 */
final class PostgresAdoption {

  private static final int ATTEMPTS = 5;

  private final PostgresCatalog catalog;
  private final PostgresCatalogClient database;
  private final Supplier<String> sql;

  /**
   * Creates it.
   *
   * @param catalog finds the stored member
   * @param sql the statement, which depends on the tables that exist
   */
  PostgresAdoption(PostgresCatalog catalog, PostgresCatalogClient database, Supplier<String> sql) {
    this.catalog = catalog;
    this.database = database;
    this.sql = sql;
  }

  /** Stores a member; whether the tables changed. */
  Future<Boolean> adopt(Member member) {
    return adopt(member, ATTEMPTS);
  }

  private Future<Boolean> adopt(Member member, int attempts) {
    return catalog
        .find(List.of(member.id()))
        .compose(
            found ->
                found.stream().anyMatch(it -> it.sameAs(member) || it.isLaterIncarnationOf(member))
                    ? Future.succeededFuture(false)
                    : store(member)
                        .compose(
                            done -> done ? Future.succeededFuture(true) : again(member, attempts)));
  }

  private Future<Boolean> again(Member member, int attempts) {
    return attempts > 1
        ? adopt(member, attempts - 1)
        : Future.failedFuture("the row of " + member.id() + " changes all the time");
  }

  private Future<Boolean> store(Member member) {
    return database
        .refuseClash(member.id(), member.binary())
        .compose(free -> database.ask(sql, PostgresCatalogRows.valuesAndOrder(member)))
        .map(written -> written.size() > 0)
        .recover(failure -> Future.failedFuture(PostgresErrors.unstorable(member.id(), failure)));
  }
}

package io.servicegroup.backend.postgres;

import io.servicegroup.bus.ClashException;
import io.servicegroup.bus.Concerns;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberId;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the catalogue's statements. A statement is repeated once where it did nothing because the
 * server is no longer the primary, or because the tables had been dropped and were created again.
 *
 * <p>Used on one context.
 */
final class PostgresCatalogClient {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresCatalogClient.class);

  private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);
  private static final String TABLES = "the tables";

  private final PostgresClient client;
  private final String where;
  private final Supplier<Future<Void>> makeTables;
  private final Concerns concerns;
  private boolean missing;
  private boolean lacking;
  private long lookedNanos;
  private Future<Void> making = Future.succeededFuture();

  /**
   * Creates it.
   *
   * @param where the URI with its secrets masked
   * @param makeTables creates the missing tables that may be created
   * @param concerns reports missing tables that may not be created
   */
  PostgresCatalogClient(
      PostgresClient client, String where, Supplier<Future<Void>> makeTables, Concerns concerns) {
    this.concerns = concerns;
    this.client = client;
    this.where = where;
    this.makeTables = makeTables;
  }

  /** Runs a statement that depends on the tables that exist. */
  Future<RowSet<Row>> ask(Supplier<String> sql, Tuple values) {
    return doing(() -> client.query(sql.get(), values));
  }

  Future<RowSet<Row>> ask(String sql, Tuple values) {
    return ask(() -> sql, values);
  }

  /**
   * Runs a statement of which many rows are expected: each is collected as it arrives, and is not
   * kept.
   */
  <T> Future<T> ask(Supplier<String> sql, Tuple values, Collector<Row, ?, T> collector) {
    return doing(
        () ->
            client.once(
                connection ->
                    connection
                        .preparedQuery(sql.get())
                        .collecting(collector)
                        .execute(values)
                        .map(SqlResult::value)));
  }

  /**
   * Runs work in the database.
   *
   * @param work is called a second time where the first did nothing, for the reasons above
   */
  <T> Future<T> doing(Supplier<Future<T>> work) {
    return work.get()
        .recover(
            failure -> {
              if (PostgresErrors.isReadOnly(failure)) {
                return work.get();
              }
              return PostgresErrors.isWithoutTable(failure)
                  ? makeTablesAgain().compose(made -> work.get())
                  : Future.failedFuture(failure);
            })
        .onSuccess(done -> there());
  }

  /** Creates the tables again, empty: the agents that remember members restore them. */
  private Future<Void> makeTablesAgain() {
    if (making.isComplete()) {
      if (!missing) {
        LOG.warn(
            "catalog.uri: {}: somebody dropped tables of the catalogue; they are made again where"
                + " catalog.create_tables allows it, and filled by the agents that remember"
                + " members",
            where);
      }
      missing = true;
      making =
          makeTables
              .get()
              .onFailure(failure -> concerns.raise(TABLES, "tables: " + Why.of(failure)));
    }
    return making;
  }

  /**
   * Notes whether optional tables are missing.
   *
   * @param lacks whether some are missing
   */
  void lacksTables(boolean lacks) {
    lacking = lacks;
    lookedNanos = System.nanoTime();
  }

  /** Looks for tables that a DBA may have created since. Never fails. */
  Future<Void> lookForTables() {
    if (!lacking || System.nanoTime() - lookedNanos < LOOK_AGAIN.toNanos()) {
      return Future.succeededFuture();
    }
    lookedNanos = System.nanoTime();
    return makeTables.get().otherwiseEmpty();
  }

  private void there() {
    if (missing) {
      missing = false;
      concerns.settle(TABLES);
    }
  }

  /** Fails as {@code CONFLICT} where a member of another group has this binary on this host. */
  Future<Void> refuseClash(MemberId id, String binary) {
    return clashes(List.of(id), List.of(binary))
        .compose(
            found ->
                found.isEmpty() ? Future.succeededFuture() : Future.failedFuture(found.get(id)));
  }

  /**
   * Finds the members that cannot be stored because a member of another group has their binary on
   * their host.
   *
   * @param ids the members
   * @param binaries the members' binaries, in the same order
   * @return the refusal of each such member, a {@code CONFLICT}
   */
  Future<Map<MemberId, ServiceGroupException>> clashes(List<MemberId> ids, List<String> binaries) {
    Tuple values =
        Tuple.tuple()
            .addArrayOfString(ids.stream().map(MemberId::group).toArray(String[]::new))
            .addArrayOfString(ids.stream().map(MemberId::host).toArray(String[]::new))
            .addArrayOfString(binaries.toArray(String[]::new));
    return ask(PostgresCatalogSql.CLASHES, values)
        .map(
            found -> {
              Map<MemberId, ServiceGroupException> clashes = new HashMap<>();
              for (Row row : found) {
                MemberId id = new MemberId(row.getString("topic"), row.getString("host"));
                clashes.put(
                    id, new ClashException(id, row.getString("binary"), row.getString("other")));
              }
              return clashes;
            });
  }
}

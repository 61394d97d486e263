package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresMirrorSql.Wanted;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes many rows of the mirror at once. */
final class PostgresMirrorBatch {

  private final PostgresCatalogClient database;

  PostgresMirrorBatch(PostgresCatalogClient database) {
    this.database = database;
  }

  /**
   * Writes members whose catalogue is elsewhere into rows that may be somebody else's.
   *
   * @param wanted what they are to be
   * @return those that were written, not where the row has a newer life or somebody else holds it;
   *     and with a refusal, 409, those that cannot be
   */
  Future<Map<MemberId, Optional<ServiceGroupException>>> write(List<Wanted> wanted) {
    return database
        .clashes(
            wanted.stream().map(row -> row.member().id()).toList(),
            wanted.stream().map(row -> row.member().binary()).toList())
        .compose(
            clashes -> {
              Map<MemberId, Optional<ServiceGroupException>> done = new HashMap<>();
              clashes.forEach((id, clash) -> done.put(id, Optional.of(clash)));
              return write(
                      wanted.stream().filter(row -> !done.containsKey(row.member().id())).toList(),
                      done)
                  .map(done);
            });
  }

  /** Where the database refuses what one of them says, they are halved until that one is alone. */
  private Future<Void> write(
      List<Wanted> rows, Map<MemberId, Optional<ServiceGroupException>> done) {
    if (rows.isEmpty()) {
      return Future.succeededFuture();
    }
    return database
        .ask(PostgresMirrorSql.write(rows.size()), PostgresMirrorSql.values(rows))
        .<Void>map(
            written -> {
              for (Row row : written) {
                done.put(
                    new MemberId(row.getString("topic"), row.getString("host")), Optional.empty());
              }
              return null;
            })
        .recover(
            failure -> {
              if (!PostgresErrors.isOfOneRow(failure)) {
                return Future.failedFuture(failure);
              }
              if (rows.size() == 1) {
                MemberId id = rows.get(0).member().id();
                done.put(id, Optional.of(PostgresErrors.unstorable(409, id, failure)));
                return Future.succeededFuture();
              }
              int half = rows.size() / 2;
              return write(rows.subList(0, half), done)
                  .compose(first -> write(rows.subList(half, rows.size()), done));
            });
  }
}

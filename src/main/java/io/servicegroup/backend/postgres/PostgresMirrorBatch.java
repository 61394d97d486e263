package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresMirrorSql.MirroredWords;
import io.servicegroup.backend.postgres.PostgresMirrorSql.Wanted;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Writes and deletes many rows of members whose catalogue is in another store, and notes in the
 * table {@code servicegroup_mirrored} which operator's words it wrote. Without that table nothing
 * is noted. For one write.
 */
final class PostgresMirrorBatch {

  /** The version of the schema that adds the table. */
  private static final int SINCE = 4;

  /** How long the members are searched for whose rows another transaction is inserting. */
  private static final Duration LONGEST = Duration.ofSeconds(4);

  private final PostgresCatalogClient database;
  private final IntSupplier version;
  private final long startedNanos = System.nanoTime();

  /**
   * Creates it.
   *
   * @param version the present version of the schema
   */
  PostgresMirrorBatch(PostgresCatalogClient database, IntSupplier version) {
    this.database = database;
    this.version = version;
  }

  private boolean notes() {
    return version.getAsInt() >= SINCE;
  }

  /**
   * Reads which words were written into members' rows.
   *
   * @param ids the members; may be empty
   * @return the words by member, without members of which nothing was noted or that have another
   *     row now
   */
  Future<Map<MemberId, MirroredWords>> words(Collection<MemberId> ids) {
    if (ids.isEmpty() || !notes()) {
      return Future.succeededFuture(Map.of());
    }
    return database
        .ask(
            PostgresMirrorSql.NOTED,
            Tuple.tuple()
                .addArrayOfString(ids.stream().map(MemberId::group).toArray(String[]::new))
                .addArrayOfString(ids.stream().map(MemberId::host).toArray(String[]::new)))
        .map(
            found -> {
              Map<MemberId, MirroredWords> words = new HashMap<>();
              for (Row row : found) {
                words.put(
                    new MemberId(row.getString("topic"), row.getString("host")),
                    new MirroredWords(row.getBoolean("disabled"), row.getBoolean("forced_down")));
              }
              return words;
            });
  }

  /**
   * Deletes the row of a member that was deleted from its catalogue, but only a row that an agent
   * joined and that has no newer incarnation.
   *
   * @param member the catalogue's last record, with an incarnation
   * @return whether the row needs no further attempt; false where another transaction changed it
   *     meanwhile
   */
  Future<Boolean> remove(Member member) {
    return database
        .ask(
            () -> PostgresMirrorSql.remove(notes()),
            Tuple.of(member.id().group(), member.id().host(), member.incarnation().generation()))
        .map(found -> found.size() == 0 || found.iterator().next().getBoolean("removed"));
  }

  /**
   * Writes members whose catalogue is in another store into rows, which other programs may have
   * created.
   *
   * @param wanted the wanted rows
   * @param waits whether to wait for locked rows
   * @return the members that were written, without those whose row has a newer incarnation, is
   *     locked or was just changed; and those that cannot be written, each with its refusal
   */
  Future<Map<MemberId, Optional<ServiceGroupException>>> write(List<Wanted> wanted, boolean waits) {
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
                      waits,
                      done)
                  .map(done);
            });
  }

  /**
   * Writes a batch. Where the database refuses one member's values, or another transaction is
   * inserting a row, the batch is halved until that member is alone.
   */
  private Future<Void> write(
      List<Wanted> rows, boolean waits, Map<MemberId, Optional<ServiceGroupException>> done) {
    if (rows.isEmpty()) {
      return Future.succeededFuture();
    }
    return database
        .ask(() -> PostgresMirrorSql.write(waits, notes()), PostgresMirrorSql.values(rows))
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
              boolean isLocked = !waits && PostgresErrors.isLocked(failure);
              boolean isLate = System.nanoTime() - startedNanos > LONGEST.toNanos();
              if (isLocked ? isLate : !PostgresErrors.isOfOneRow(failure)) {
                return Future.failedFuture(failure);
              }
              if (rows.size() == 1) {
                if (!isLocked) {
                  MemberId id = rows.get(0).member().id();
                  done.put(
                      id, Optional.of(PostgresErrors.unstorable(Refusal.CONFLICT, id, failure)));
                }
                return Future.succeededFuture();
              }
              int half = rows.size() / 2;
              return write(rows.subList(0, half), waits, done)
                  .compose(first -> write(rows.subList(half, rows.size()), waits, done));
            });
  }
}

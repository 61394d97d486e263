package io.servicegroup.backend.postgres;

import io.servicegroup.backend.postgres.PostgresMirrorSql.Said;
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
 * Writes and removes the rows of members whose catalogue is elsewhere, many at once, and notes in a
 * table of its own what it said in them. Where there is no such table, nothing is noted. For one
 * write.
 */
final class PostgresMirrorBatch {

  /** With this version of our tables there is the table. */
  private static final int SINCE = 4;

  /** For so long those are looked for whose rows somebody else is making. */
  private static final Duration LONGEST = Duration.ofSeconds(4);

  private final PostgresCatalogClient database;
  private final IntSupplier version;
  private final long startedNanos = System.nanoTime();

  /**
   * Makes ready.
   *
   * @param version of our tables, at present
   */
  PostgresMirrorBatch(PostgresCatalogClient database, IntSupplier version) {
    this.database = database;
    this.version = version;
  }

  private boolean notes() {
    return version.getAsInt() >= SINCE;
  }

  /**
   * What was noted of members' rows.
   *
   * @param ids the members; none is allowed
   * @return nothing of those of which nothing was noted, or of whose row that was not
   */
  Future<Map<MemberId, Said>> said(Collection<MemberId> ids) {
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
              Map<MemberId, Said> said = new HashMap<>();
              for (Row row : found) {
                said.put(
                    new MemberId(row.getString("topic"), row.getString("host")),
                    new Said(row.getBoolean("disabled"), row.getBoolean("forced_down")));
              }
              return said;
            });
  }

  /**
   * Removes the row of a member that its catalogue, elsewhere, has no more: only one that an agent
   * joined, and no newer life.
   *
   * @param member as its catalogue had it, with an incarnation
   * @return whether that is settled; where somebody changed the row meanwhile, it is to be tried
   *     again
   */
  Future<Boolean> remove(Member member) {
    return database
        .ask(
            () -> PostgresMirrorSql.remove(notes()),
            Tuple.of(member.id().group(), member.id().host(), member.incarnation().generation()))
        .map(found -> found.size() == 0 || found.iterator().next().getBoolean("removed"));
  }

  /**
   * Writes members whose catalogue is elsewhere into rows that may be somebody else's.
   *
   * @param wanted what they are to be
   * @param waits whether to wait for whoever holds one of the rows
   * @return those that were written, not where the row has a newer life, or somebody else holds it
   *     or has just changed it; and with a refusal, a {@code CONFLICT}, those that cannot be
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
   * Where the database refuses what one of them says, or somebody is making the row of one and has
   * not done so yet, they are halved until that one is alone.
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

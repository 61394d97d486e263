package io.servicegroup.backend.postgres;

import io.servicegroup.runtime.BatchSize;
import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;

/**
 * Decides how many beats one statement contains: all, as long as that is done in time. A batch that
 * the server had to cancel is halved until parts get through, and grows again with each quick one.
 * Beats become slow where an old transaction keeps dead rows, and a batch is as slow as the sum of
 * its beats.
 *
 * <p>Not thread-safe.
 */
final class PostgresLivenessBatch {

  private static final String QUERY_CANCELED = "57014";

  private final double lateSeconds;
  private final long lastStartNanos;
  private final BatchSize size;

  /**
   * Creates a batch that takes all beats.
   *
   * @param reportInterval the server cancels a statement after half of it
   * @param patience the bound of a whole write
   */
  PostgresLivenessBatch(Duration reportInterval, Duration patience) {
    this.lateSeconds = reportInterval.toMillis() / 1000.0;
    Duration bound = reportInterval.dividedBy(2);
    this.lastStartNanos = Math.max(0, patience.minus(bound).toNanos());
    this.size = new BatchSize(Integer.MAX_VALUE, Integer.MAX_VALUE, bound);
  }

  /**
   * Sends the beats of some members.
   *
   * @param part the members
   * @param all the number of members of the whole write
   * @return the rows that were written, with their counts; and of the others, unless there is only
   *     one member, why not
   */
  Future<RowSet<Row>> send(SqlConnection connection, List<PostgresLivenessMember> part, int all) {
    PostgresLivenessMember first = part.get(0);
    if (all > 1 || !first.isSettled()) {
      return sendTogether(connection, part);
    }
    first.sending();
    return connection
        .preparedQuery(PostgresLivenessSql.BEAT_OF_ONE)
        .execute(Tuple.of(first.serviceId(), first.incarnation().toString(), lateSeconds));
  }

  /** As {@link #send}, but skips locked rows without waiting, and tells of each why. */
  Future<RowSet<Row>> sendTogether(SqlConnection connection, List<PostgresLivenessMember> part) {
    part.forEach(PostgresLivenessMember::sending);
    return connection
        .preparedQuery(PostgresLivenessSql.BEAT)
        .execute(
            Tuple.of(
                PostgresLivenessMember.ids(part),
                PostgresLivenessMember.incarnations(part),
                PostgresLivenessMember.generations(part),
                lateSeconds));
  }

  /** The number of beats of the next statement. */
  int size(int left) {
    return size.of(left);
  }

  /** Whether beats are sent in several statements, because one for all took too long. */
  boolean isSplit() {
    return size.isSplit();
  }

  /** Whether another statement would end before the bound of the whole write. */
  boolean mayGoOn(long sinceNanos) {
    return sinceNanos <= lastStartNanos;
  }

  /** Notes that the server cancelled a statement of so many beats. */
  void tookTooLong(int tried) {
    size.tookTooLong(tried);
  }

  /** Notes that a statement succeeded, with its number of beats and that of the write. */
  void took(int done, int all, long nanos) {
    size.took(done, all, nanos);
  }

  /** Whether the server cancelled a statement because it took too long. */
  static boolean isTooLong(Throwable failure) {
    return failure instanceof PgException ended && QUERY_CANCELED.equals(ended.getSqlState());
  }
}

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
 * How many beats go into one statement: all, as long as that is done in time. What the server had
 * to end is halved until parts get through, and grows back with those that are quick: dead rows
 * that a transaction keeps make each beat slow, and a batch is as slow as all of its beats.
 *
 * <p>Not thread-safe.
 */
final class PostgresLivenessBatch {

  private static final String QUERY_CANCELED = "57014";

  private final double lateSeconds;
  private final long lastStartNanos;
  private final BatchSize size;

  /**
   * Makes one that takes all.
   *
   * @param reportInterval after half of which the server ends a statement
   * @param patience for a whole write
   */
  PostgresLivenessBatch(Duration reportInterval, Duration patience) {
    this.lateSeconds = reportInterval.toMillis() / 1000.0;
    Duration bound = reportInterval.dividedBy(2);
    this.lastStartNanos = Math.max(0, patience.minus(bound).toNanos());
    this.size = new BatchSize(Integer.MAX_VALUE, Integer.MAX_VALUE, bound);
  }

  /**
   * Sends the beats of some.
   *
   * @param part those
   * @param all how many the whole write is of
   * @return the rows that were written, with their counts
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

  /** As {@link #send}, and leaves out, without waiting, whose row somebody holds. */
  Future<RowSet<Row>> sendTogether(SqlConnection connection, List<PostgresLivenessMember> part) {
    part.forEach(PostgresLivenessMember::sending);
    return connection
        .preparedQuery(PostgresLivenessSql.BEAT)
        .execute(
            Tuple.of(
                PostgresLivenessMember.ids(part),
                PostgresLivenessMember.incarnations(part),
                lateSeconds));
  }

  /** How many of those that are left go into the next statement. */
  int size(int left) {
    return size.of(left);
  }

  /** Whether beats are written in parts, because all at once took too long. */
  boolean isSplit() {
    return size.isSplit();
  }

  /** Whether another statement would end before the whole write's time is over. */
  boolean mayGoOn(long sinceNanos) {
    return sinceNanos <= lastStartNanos;
  }

  /** The server ended a statement of so many. */
  void tookTooLong(int tried) {
    size.tookTooLong(tried);
  }

  /** A statement of so many was done, of so many in the write. */
  void took(int done, int all, long nanos) {
    size.took(done, all, nanos);
  }

  /** Whether the server ended a statement because it took too long. */
  static boolean isTooLong(Throwable failure) {
    return failure instanceof PgException ended && QUERY_CANCELED.equals(ended.getSqlState());
  }
}

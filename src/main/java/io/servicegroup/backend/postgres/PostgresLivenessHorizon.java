package io.servicegroup.backend.postgres;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Decides from which transaction on a poll has to read, by the snapshot of the previous poll.
 * Usually that is the oldest transaction that was running then. Where a transaction stays open for
 * long, it is the first one that had not begun then, plus those that were running; otherwise each
 * poll would read again everything written since the old transaction began.
 *
 * <p>A subtransaction (savepoint) that was running then is missed by the second way; everything is
 * read once per {@code report_interval} anyway. Not thread-safe.
 */
final class PostgresLivenessHorizon {

  private static final String NOBODY = "{}";

  private final long longNanos;
  private final LongSupplier nanoTime;
  private String oldest;
  private long oldestSince;
  private String from;
  private String running = NOBODY;

  PostgresLivenessHorizon(Duration reportInterval, LongSupplier nanoTime) {
    this.longNanos = reportInterval.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Forgets the snapshot, so that the next poll reads everything. */
  void forget() {
    from = null;
    running = NOBODY;
  }

  boolean isKnown() {
    return from != null;
  }

  /** Takes the snapshot of a poll in PostgreSQL's notation: {@code xmin:xmax:xip,…}. */
  void saw(String snapshot) {
    String[] parts = snapshot.split(":", -1);
    long now = nanoTime.getAsLong();
    if (!parts[0].equals(oldest)) {
      oldest = parts[0];
      oldestSince = now;
    }
    boolean isLong = now - oldestSince > longNanos && !parts[2].isEmpty();
    from = isLong ? parts[1] : parts[0];
    running = isLong ? "{" + parts[2] + "}" : NOBODY;
  }

  /** The first transaction to read, with its epoch; null where everything is to be read. */
  String from() {
    return from;
  }

  /** The earlier transactions that are to be read too, as a PostgreSQL array. */
  String running() {
    return running;
  }

  /** The same transactions without epochs, as in {@code xmin} of a row. */
  String runningOfRows() {
    String inner = running.substring(1, running.length() - 1);
    return inner.isEmpty()
        ? NOBODY
        : Arrays.stream(inner.split(","))
            .map(xid -> Long.toString(Long.parseUnsignedLong(xid) & 0xFFFF_FFFFL))
            .collect(Collectors.joining(",", "{", "}"));
  }
}

package io.servicegroup.backend.postgres;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * From which transaction on a poll has to read, by what the poll before could see. As a rule that
 * is the oldest one that was running then. Where somebody keeps a transaction open, it is the first
 * that had not begun, and those that were running: otherwise each poll would read again whatever
 * was written since.
 *
 * <p>A part of a transaction (a savepoint) that was running then is missed so: everything is read
 * once per {@code report_interval} anyway. Not thread-safe.
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

  /** Nothing is known: everything is to be read. */
  void forget() {
    from = null;
    running = NOBODY;
  }

  boolean isKnown() {
    return from != null;
  }

  /** Takes in the snapshot of a poll, as PostgreSQL writes it: {@code xmin:xmax:xip,…}. */
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

  /** The first transaction to be read, with its epoch; null where everything is. */
  String from() {
    return from;
  }

  /** Those before it that are to be read as well, as an array of PostgreSQL's. */
  String running() {
    return running;
  }

  /** The same without their epochs, as rows carry them. */
  String runningOfRows() {
    String inner = running.substring(1, running.length() - 1);
    return inner.isEmpty()
        ? NOBODY
        : Arrays.stream(inner.split(","))
            .map(xid -> Long.toString(Long.parseUnsignedLong(xid) & 0xFFFF_FFFFL))
            .collect(Collectors.joining(",", "{", "}"));
  }
}

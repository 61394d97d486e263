package io.servicegroup.backend.postgres;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How long the server lets a statement run and wait for a lock. A session has the limits of the
 * work that used it last.
 *
 * @param statementMillis after this the server ends a statement
 * @param lockMillis after this the server ends the wait for a lock with an error, which leaves the
 *     connection usable
 */
record PostgresLimits(long statementMillis, long lockMillis) {

  private static final int LOCK_WAIT_PERCENT = 70;

  /**
   * The limits of work.
   *
   * @param statement the bound of a statement
   * @param patience how long our own side waits; a wait for a lock ends before this
   */
  static PostgresLimits of(Duration statement, Duration patience) {
    Duration shorter = statement.compareTo(patience) < 0 ? statement : patience;
    return new PostgresLimits(
        Math.max(1, statement.toMillis()),
        Math.max(1, shorter.multipliedBy(LOCK_WAIT_PERCENT).dividedBy(100).toMillis()));
  }

  /** Whether the server may end work that it would let run under the others. */
  boolean isShorterThan(PostgresLimits others) {
    return statementMillis < others.statementMillis || lockMillis < others.lockMillis;
  }

  /** The server's settings, with their values. */
  Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("statement_timeout", Long.toString(statementMillis));
    settings.put("lock_timeout", Long.toString(lockMillis));
    settings.put("idle_in_transaction_session_timeout", Long.toString(statementMillis));
    return settings;
  }

  /** The SQL that gives a session these limits, in one round trip. */
  String sql() {
    return settings().entrySet().stream()
        .map(setting -> "SET " + setting.getKey() + " = " + setting.getValue())
        .collect(Collectors.joining("; "));
  }
}

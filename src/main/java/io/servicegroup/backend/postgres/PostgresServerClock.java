package io.servicegroup.backend.postgres;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Finds out whether a server's clock was moved between two answers, by a clock of our own that
 * nobody moves. Ages that span such a move are wrong by as much. Not thread-safe.
 */
final class PostgresServerClock {

  /** Answers take longer at one time than at another; what is moved by less does no harm. */
  private static final long TOLERANCE_MILLIS = 500;

  private final LongSupplier nanoTime;
  private boolean known;
  private long offsetMillis;

  /**
   * Makes an object that knows no answer yet.
   *
   * @param nanoTime a monotonic clock, {@link System#nanoTime} outside tests
   */
  PostgresServerClock(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Takes the server's time from an answer that arrived now.
   *
   * @param serverMillis its wall clock
   * @return whether it went as far as ours since the answer before; false for the first one
   */
  boolean isSteady(long serverMillis) {
    long offset = serverMillis - TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
    boolean steady = known && Math.abs(offset - offsetMillis) <= TOLERANCE_MILLIS;
    known = true;
    offsetMillis = offset;
    return steady;
  }
}

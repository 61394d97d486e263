package io.servicegroup.backend.common;

import io.servicegroup.runtime.BootTime;
import java.time.Duration;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * The proof that a store still has what it was given: a count under a nonce, which each poll reads
 * before it writes the next. A store that came back empty, or that is a replica which lags, lacks
 * it or has an older one.
 *
 * <p>Compared is with what had been acknowledged when the poll began, so that a write of an earlier
 * poll that is acknowledged late, perhaps on another connection, makes no loss. A loss is told
 * until it is taken: a poll that finds it and fails afterwards hides nothing. Thread-safe.
 */
public final class Canary {

  /**
   * How long a store keeps one: longer than an agent is paused, and short enough for those of
   * agents that were killed. Polls come more often.
   */
  public static final Duration LIFETIME = Duration.ofDays(1);

  private static final String BETWEEN = " ";

  private final String nonce = UUID.randomUUID().toString();
  private final LongSupplier nanos;
  private long sent;
  private long acknowledged;
  private long acknowledgedAt;
  private boolean lost;

  /** Makes one of this process, which nobody has written yet. */
  public Canary() {
    this(new BootTime());
  }

  /**
   * Makes one with a clock of somebody else.
   *
   * @param nanos a monotonic clock that goes on while the machine is suspended, as the store's does
   */
  public Canary(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Begins a poll.
   *
   * @return what it reads and writes
   */
  public synchronized Round begin() {
    long now = nanos.getAsLong();
    boolean expired = now - acknowledgedAt >= LIFETIME.toNanos();
    sent++;
    return new Round(expired ? 0 : acknowledged, sent, now);
  }

  /**
   * Whether one may be in the store, to be taken away at the end.
   *
   * @return whether it was ever sent
   */
  public synchronized boolean exists() {
    return sent > 0;
  }

  /**
   * Whether data was lost since this was asked last.
   *
   * @return whether some poll found less than it should have
   */
  public synchronized boolean takeLost() {
    boolean was = lost;
    lost = false;
    return was;
  }

  /**
   * What tells this canary from that of another process.
   *
   * @return a text without blanks
   */
  public String nonce() {
    return nonce;
  }

  private synchronized void lost() {
    lost = true;
  }

  private synchronized void acknowledged(long count, long at) {
    if (count > acknowledged) {
      acknowledged = count;
      acknowledgedAt = at;
    }
  }

  /** One poll's part: what has to be there, and what is written next. Thread-safe. */
  public final class Round {

    private final long expected;
    private final long count;
    private final long begun;

    private Round(long expected, long count, long begun) {
      this.expected = expected;
      this.count = count;
      this.begun = begun;
    }

    /**
     * The least count that has to be there.
     *
     * @return 0 where none has to be
     */
    public long expected() {
      return expected;
    }

    /**
     * The count that is written.
     *
     * @return greater than that of every poll before
     */
    public long count() {
      return count;
    }

    /**
     * What is written where a text is kept.
     *
     * @return nonce and count
     */
    public String text() {
      return nonce + BETWEEN + count;
    }

    /**
     * Takes in what was read, before this poll's was written.
     *
     * @param text as found; null where there is nothing
     */
    public void found(String text) {
      if (expected > 0 && count(text) < expected) {
        lost();
      }
    }

    /** What this poll wrote has arrived. */
    public void written() {
      acknowledged(count, begun);
    }

    private long count(String text) {
      String ours = nonce + BETWEEN;
      if (text == null || !text.startsWith(ours)) {
        return -1;
      }
      try {
        return Long.parseLong(text.substring(ours.length()));
      } catch (NumberFormatException e) {
        return -1; // somebody wrote over it
      }
    }
  }
}

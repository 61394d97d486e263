package io.servicegroup.backend.common;

import io.servicegroup.runtime.BootTime;
import java.time.Duration;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Proves that a store still has the data that it acknowledged. Each poll reads the canary that the
 * previous poll wrote, a nonce with a count, and writes the next count. A store that came back
 * empty lacks the canary, and a replica that lags has an older count: both are a loss of data.
 *
 * <p>A poll expects the count that had been acknowledged when the poll began, so that a write of an
 * earlier poll that is acknowledged late, perhaps on another connection, is not mistaken for a
 * loss. A loss is reported until {@link #takeLost} takes it: a poll that finds a loss and then
 * fails does not hide it. Thread-safe.
 */
public final class Canary {

  /**
   * The expiry of a canary in the store: longer than an agent may be paused, and short enough that
   * the canaries of killed agents disappear. Each poll renews it.
   */
  public static final Duration LIFETIME = Duration.ofDays(1);

  private static final String BETWEEN = " ";

  private final String nonce = UUID.randomUUID().toString();
  private final LongSupplier nanos;
  private long sent;
  private long acknowledged;
  private long acknowledgedAt;
  private boolean lost;

  /** Creates the canary of this process; nothing is written yet. */
  public Canary() {
    this(new BootTime());
  }

  /**
   * Creates a canary with a given clock.
   *
   * @param nanos a monotonic clock that goes on while the machine is suspended, as the store's
   *     clock does
   */
  public Canary(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Begins a poll.
   *
   * @return the counts that this poll expects and writes
   */
  public synchronized Round begin() {
    long now = nanos.getAsLong();
    boolean expired = now - acknowledgedAt >= LIFETIME.toNanos();
    sent++;
    return new Round(expired ? 0 : acknowledged, sent, now);
  }

  /**
   * Whether the store may have this canary, which is then to be removed at the end.
   *
   * @return whether a write was ever sent
   */
  public synchronized boolean exists() {
    return sent > 0;
  }

  /**
   * Whether data was lost since the last call; the answer resets it.
   *
   * @return whether a poll found less than it expected
   */
  public synchronized boolean takeLost() {
    boolean was = lost;
    lost = false;
    return was;
  }

  /**
   * The random text that distinguishes this process's canary from those of others.
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

  /** The part of one poll: the count that it expects and the count that it writes. Thread-safe. */
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
     * The least count that the store must have.
     *
     * @return 0 where the store need not have a canary
     */
    public long expected() {
      return expected;
    }

    /**
     * The count that this poll writes.
     *
     * @return greater than the count of every earlier poll
     */
    public long count() {
      return count;
    }

    /**
     * The canary as one text, for stores that keep text.
     *
     * @return the nonce and the count of this poll
     */
    public String text() {
      return nonce + BETWEEN + count;
    }

    /**
     * Takes the text that was read before this poll's canary was written.
     *
     * @param text as found, or null where the store has none
     */
    public void found(String text) {
      if (expected > 0 && count(text) < expected) {
        lost();
      }
    }

    /** Notes that the store acknowledged this poll's canary. */
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
        return -1; // another program wrote over it
      }
    }
  }
}

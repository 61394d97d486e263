package io.servicegroup.runtime;

import java.time.Duration;

/**
 * How many of many go into one call: as many as are done in time. A call that ran out of its time
 * is halved until parts get through, and what is quick is doubled again. So is what costs each of
 * the many the less the more there are: a path that is slow for one is not slower for a thousand.
 *
 * <p>Not thread-safe; needs no clock.
 */
public final class BatchSize {

  /** A call that took less than this share of its time could have been twice as large. */
  private static final int QUICK = 4;

  /** It is worth it to double a call where that made each of its parts cheaper by so much. */
  private static final double CHEAPER = 0.8;

  private final int most;
  private final long boundNanos;
  private final long quickNanos;
  private int size;
  private double nanosOfEach = Double.MAX_VALUE;

  /** How many the call was of that told how long each takes; 0 where none did. */
  private int measured;

  /**
   * Makes one that has seen no call.
   *
   * @param first so many go into the first call
   * @param most never more
   * @param bound how long a call may take
   */
  public BatchSize(int first, int most, Duration bound) {
    this.size = first;
    this.most = most;
    this.boundNanos = bound.toNanos();
    this.quickNanos = bound.toNanos() / QUICK;
  }

  /**
   * How many go into the next call.
   *
   * @param left how many there are; at least 1
   * @return at least 1
   */
  public int of(int left) {
    return Math.min(size, left);
  }

  /**
   * Whether fewer go into a call than might.
   *
   * @return not where each call takes the most that it may
   */
  public boolean isSplit() {
    return size < most;
  }

  /**
   * A call ran out of its time.
   *
   * @param tried how many it was of
   */
  public void tookTooLong(int tried) {
    size = Math.max(1, tried / 2);
    // What comes next is quicker for being smaller, which says nothing.
    nanosOfEach = 0;
    measured = 0;
  }

  /**
   * A call was answered that nobody ended when its time was over. One that failed at once says
   * nothing: the store was not there.
   *
   * @param tried how many it was of
   * @param failed whether it was not done
   * @param nanos how long it took
   */
  public void answered(int tried, boolean failed, long nanos) {
    boolean late = nanos >= boundNanos;
    if (failed) {
      if (late) {
        tookTooLong(tried);
      }
    } else if (late) {
      tookLong(tried, nanos);
    } else {
      took(tried, Integer.MAX_VALUE, nanos);
    }
  }

  /**
   * A call that is done late is halved as one that was not done, unless that is no remedy: what
   * costs each of the few so much more is slow for one as for many.
   */
  private void tookLong(int done, long nanos) {
    double each = (double) nanos / done;
    boolean dearerForBeingFewer = done < measured && each * CHEAPER > nanosOfEach;
    boolean cheaperForBeingMore = done > measured && each < CHEAPER * nanosOfEach;
    if (measured > 0 && (dearerForBeingFewer || cheaperForBeingMore) || done == 1) {
      size = Math.max(size, done > most / 2 ? most : done * 2);
    } else {
      size = done / 2;
    }
    nanosOfEach = each;
    measured = done;
  }

  /**
   * A call was done.
   *
   * @param done how many it was of
   * @param all of how many it was a part
   * @param nanos how long it took
   */
  public void took(int done, int all, long nanos) {
    if (done < size) {
      return;
    }
    double each = (double) nanos / done;
    if (nanos < quickNanos || each < CHEAPER * nanosOfEach) {
      size = done >= all / 2 || done > most / 2 ? most : done * 2;
    }
    nanosOfEach = each;
    measured = done;
  }
}

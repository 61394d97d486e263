package io.servicegroup.runtime;

import java.time.Duration;

/**
 * Finds how many of many items go into one call, so that calls are done in time. The size is halved
 * after a call that ran out of time, until calls get through, and doubled after a quick one. It is
 * also doubled where larger calls make each item cheaper, since a path with a long delay is not
 * slower for a thousand items than for one.
 *
 * <p>Not thread-safe; needs no clock.
 */
public final class BatchSize {

  /**
   * A call that took less than one part in so many of its time is quick, and could have been
   * larger.
   */
  private static final int QUICK = 4;

  /** A larger call is worth it where an item takes less than this share of its time before. */
  private static final double CHEAPER = 0.8;

  private final int most;
  private final long boundNanos;
  private final long quickNanos;
  private int size;
  private double nanosOfEach = Double.MAX_VALUE;

  /** The size of the call from which {@link #nanosOfEach} was measured; 0 where there was none. */
  private int measured;

  /**
   * Makes an object that has seen no call.
   *
   * @param first the size of the first call
   * @param most the largest size
   * @param bound how long a call may take
   */
  public BatchSize(int first, int most, Duration bound) {
    this.size = first;
    this.most = most;
    this.boundNanos = bound.toNanos();
    this.quickNanos = bound.toNanos() / QUICK;
  }

  /**
   * The size of the next call.
   *
   * @param left how many items there are; at least 1
   * @return at least 1
   */
  public int of(int left) {
    return Math.min(size, left);
  }

  /**
   * Whether calls are smaller than the largest size.
   *
   * @return false where calls have the largest size
   */
  public boolean isSplit() {
    return size < most;
  }

  /**
   * A call ran out of its time.
   *
   * @param tried the size of the call
   */
  public void tookTooLong(int tried) {
    size = Math.max(1, tried / 2);
    // The next call is quicker because it is smaller, so it is not compared with this one.
    nanosOfEach = 0;
    measured = 0;
  }

  /**
   * A call ended that was not broken off when its time was over. A call that failed at once does
   * not change the size, because the store could not be reached.
   *
   * @param tried the size of the call
   * @param failed whether it failed
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
   * A call that succeeded late is halved like one that ran out of time, unless that does not help:
   * where each item of a smaller call takes so much longer, the call is slow whatever its size.
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
   * A call succeeded in time.
   *
   * @param done the size of the call
   * @param all the number of items of which it was a part
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

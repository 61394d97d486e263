package io.servicegroup.liveness;

/**
 * Tells the failure of a part from that of the whole: it is the part's own where the whole is
 * reached before it and after it. Where the whole is lost, that is said, and the part's failure is
 * no news. Used on one context.
 */
final class PartFailure {

  private boolean wholeReached = true;
  private boolean failing;
  private long sinceNanos;

  /**
   * The part failed, once more or for the first time.
   *
   * @param nanos the time, of a monotonic clock
   */
  void failed(long nanos) {
    if (wholeReached && !failing) {
      failing = true;
      sinceNanos = nanos;
    }
  }

  /** The part works. */
  void succeeded() {
    failing = false;
  }

  /** The whole was not reached. */
  void wholeLost() {
    wholeReached = false;
    failing = false;
  }

  /**
   * The whole was reached.
   *
   * @param startedNanos when that was begun
   * @return whether the part fails by itself
   */
  boolean wholeReached(long startedNanos) {
    wholeReached = true;
    return failing && startedNanos - sinceNanos > 0;
  }
}

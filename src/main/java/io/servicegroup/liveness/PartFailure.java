package io.servicegroup.liveness;

/**
 * Tells whether a part (this agent's beats) fails by itself or together with the whole (the
 * backend). It fails by itself where the whole is reached before and after the failure. Where the
 * whole is lost, that is logged elsewhere, and the part's failure is not worth a line. Used on one
 * context.
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
   * @param startedNanos when the attempt to reach it began
   * @return whether the part fails by itself
   */
  boolean wholeReached(long startedNanos) {
    wholeReached = true;
    return failing && startedNanos - sinceNanos > 0;
  }
}

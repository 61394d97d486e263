package io.servicegroup.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the loss and the recovery of something remote once each, whatever it is and however often it
 * is tried in between.
 *
 * <p>Not thread-safe.
 */
public final class OutageLog {

  private static final Logger LOG = LoggerFactory.getLogger(OutageLog.class);

  private final String what;
  private final String effect;
  private final String back;
  private final LongSupplier nanoTime;
  private long lostAt;
  private boolean lost;

  /**
   * Watches over one remote thing.
   *
   * @param what its name in the log, with secrets masked
   * @param nanoTime a monotonic clock, {@link System#nanoTime} outside tests
   */
  public OutageLog(String what, LongSupplier nanoTime) {
    this(what, "cannot be reached", "is back", nanoTime);
  }

  /**
   * Watches over something else that can be done with it.
   *
   * @param what its name in the log, with secrets masked
   * @param lost what is said of it when it fails, before the reason
   * @param back what is said of it when that is over
   * @param nanoTime a monotonic clock
   */
  public OutageLog(String what, String lost, String back, LongSupplier nanoTime) {
    this.what = what;
    this.effect = lost;
    this.back = back;
    this.nanoTime = nanoTime;
  }

  /**
   * It could not be reached.
   *
   * @param failure why
   */
  public void failed(Throwable failure) {
    LastResort.mind(failure);
    if (!lost) {
      lost = true;
      lostAt = nanoTime.getAsLong();
      LOG.warn("{} {}: {}", what, effect, Why.of(failure));
      LOG.debug("{} {}", what, effect, failure);
    }
  }

  /** It could be reached. */
  public void succeeded() {
    succeeded("");
  }

  /**
   * It could be reached.
   *
   * @param more what follows from its absence, to be said in the same line where it was lost
   */
  public void succeeded(String more) {
    if (lost) {
      LOG.info("{} {} after {} ms{}", what, back, found(), more);
    }
  }

  /**
   * It could be reached, and is not as it was.
   *
   * @param more what is wrong with it, to be said in the same line where it was lost
   */
  public void succeededChanged(String more) {
    if (lost) {
      LOG.warn("{} {} after {} ms{}", what, back, found(), more);
    }
  }

  /** It is lost no more; for how many milliseconds it was. */
  private long found() {
    lost = false;
    return Duration.ofNanos(nanoTime.getAsLong() - lostAt).toMillis();
  }

  /**
   * Whether the last word was a failure.
   *
   * @return whether it is lost
   */
  public boolean isLost() {
    return lost;
  }
}

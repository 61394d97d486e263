package io.servicegroup.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the loss and the recovery of something remote once each, however often it is tried in
 * between.
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
   * Makes the log of something remote, which is taken to be reached at first. * @param what its
   * name in the log, with secrets masked
   *
   * @param nanoTime a monotonic clock, {@link System#nanoTime} outside tests
   */
  public OutageLog(String what, LongSupplier nanoTime) {
    this(what, "cannot be reached", "is back", nanoTime);
  }

  /**
   * Makes the log of an operation on something remote, with its own words. * @param what its name
   * in the log, with secrets masked
   *
   * @param lost the predicate of the line that logs a loss, before the reason
   * @param back the predicate of the line that logs a recovery
   * @param nanoTime a monotonic clock
   */
  public OutageLog(String what, String lost, String back, LongSupplier nanoTime) {
    this.what = what;
    this.effect = lost;
    this.back = back;
    this.nanoTime = nanoTime;
  }

  /**
   * An attempt failed.
   *
   * @param failure why
   */
  public void failed(Throwable failure) {
    ProcessWatchdog.inspect(failure);
    if (!lost) {
      lost = true;
      lostAt = nanoTime.getAsLong();
      LOG.warn("{} {}: {}", what, effect, Why.of(failure));
      LOG.debug("{} {}", what, effect, failure);
    }
  }

  /** An attempt succeeded. */
  public void succeeded() {
    succeeded("");
  }

  /**
   * An attempt succeeded.
   *
   * @param more what follows from the loss; appended to the line about the recovery, if there is
   *     one
   */
  public void succeeded(String more) {
    if (lost) {
      LOG.info("{} {} after {} ms{}", what, back, found(), more);
    }
  }

  /**
   * An attempt succeeded, but what was lost came back changed.
   *
   * @param more what is wrong; appended to the line about the recovery, if there is one
   */
  public void succeededChanged(String more) {
    if (lost) {
      LOG.warn("{} {} after {} ms{}", what, back, found(), more);
    }
  }

  /** Ends the loss, and tells how many milliseconds it lasted. */
  private long found() {
    lost = false;
    return Duration.ofNanos(nanoTime.getAsLong() - lostAt).toMillis();
  }

  /**
   * Whether the last attempt failed.
   *
   * @return whether it is lost
   */
  public boolean isLost() {
    return lost;
  }
}

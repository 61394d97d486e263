package io.servicegroup.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Repeats a read, a change and a write without a lock: where another writer was faster, the attempt
 * is made again from the read on. Attempts that were overtaken together are repeated after random
 * pauses, which grow with each attempt.
 *
 * <p>Keeps no state; may be used on any context.
 */
public final class OptimisticRetry {

  private static final int MOST = 40;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(8);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  private final Vertx vertx;

  /**
   * Makes an object without state.
   *
   * @param vertx for the pauses between attempts
   */
  public OptimisticRetry(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Makes the failure of an attempt that is to be repeated.
   *
   * @return a future that failed because another writer was faster
   */
  public static <T> Future<T> overtaken() {
    return Future.failedFuture(Overtaken.ONCE);
  }

  /**
   * Ends an attempt with its write: one that another writer was faster than is to be repeated.
   *
   * @param written whether the write succeeded
   * @param result the result of the attempt
   * @return the result where the write succeeded, otherwise as {@link #overtaken}
   */
  public static <T> Future<T> ifWritten(boolean written, T result) {
    return written ? Future.succeededFuture(result) : overtaken();
  }

  /**
   * Repeats an attempt until it is not {@link #overtaken}.
   *
   * @param about what is changed, for the message
   * @param attempt reads and writes; may be called many times
   * @return the result of the last attempt; fails where all attempts were overtaken
   */
  public <T> Future<T> repeat(Object about, Supplier<Future<T>> attempt) {
    return repeat(about, attempt, new Backoff(FIRST_PAUSE, LONGEST_PAUSE), MOST);
  }

  private <T> Future<T> repeat(
      Object about, Supplier<Future<T>> attempt, Backoff pauses, int left) {
    return attempt
        .get()
        .recover(
            failure -> {
              if (failure != Overtaken.ONCE) {
                return Future.failedFuture(failure);
              }
              if (left <= 1) {
                return Future.failedFuture(
                    "%s changes all the time: %d attempts came too late".formatted(about, MOST));
              }
              return vertx
                  .timer(pauses.failed().toMillis(), TimeUnit.MILLISECONDS)
                  .compose(waited -> repeat(about, attempt, pauses, left - 1));
            });
  }

  private static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Overtaken ONCE = new Overtaken();

    private Overtaken() {
      super("somebody else was faster", null, false, false);
    }
  }
}

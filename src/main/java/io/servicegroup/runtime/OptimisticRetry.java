package io.servicegroup.runtime;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Reads, changes and writes where nobody holds a lock: what somebody else was faster with is done
 * again, from the read on. Those who were overtaken together wait for times of their own, longer
 * ones with each attempt.
 *
 * <p>Keeps no state; may be used on any context.
 */
public final class OptimisticRetry {

  private static final int MOST = 40;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(8);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  private final Vertx vertx;

  /**
   * Makes ready.
   *
   * @param vertx for pauses between attempts
   */
  public OptimisticRetry(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * What an attempt fails with that is to be made again.
   *
   * @return somebody else was faster
   */
  public static <T> Future<T> overtaken() {
    return Future.failedFuture(Overtaken.ONCE);
  }

  /**
   * Tries until somebody is not {@link #overtaken}.
   *
   * @param about what is changed, for the message
   * @param attempt reads and writes; may be made many times
   * @return what the last attempt came to; fails where all were overtaken
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

package io.servicegroup.catalog;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Does again what somebody else was faster with, from the read on. */
final class Attempts {

  private static final int MOST = 40;
  private static final int LONGEST_PAUSE_MILLIS = 50;

  private final Vertx vertx;

  /**
   * Makes ready.
   *
   * @param vertx for pauses between attempts
   */
  Attempts(Vertx vertx) {
    this.vertx = vertx;
  }

  /** What an attempt fails with that is to be made again: somebody else was faster. */
  static <T> Future<T> overtaken() {
    return Future.failedFuture(Overtaken.ONCE);
  }

  /**
   * Tries until somebody is not {@link #overtaken}.
   *
   * @param about whose document it is about, for the message
   * @param attempt reads and writes; may be made many times
   * @return what the last attempt came to; fails where all were overtaken
   */
  <T> Future<T> repeat(Object about, Supplier<Future<T>> attempt) {
    return repeat(about, attempt, MOST);
  }

  private <T> Future<T> repeat(Object about, Supplier<Future<T>> attempt, int left) {
    return attempt
        .get()
        .recover(
            failure -> {
              if (failure != Overtaken.ONCE) {
                return Future.failedFuture(failure);
              }
              if (left <= 1) {
                return Future.failedFuture("the document of " + about + " changes all the time");
              }
              return pause().compose(waited -> repeat(about, attempt, left - 1));
            });
  }

  /** Those who were overtaken together do not come back together. */
  private Future<Void> pause() {
    long millis = 1 + ThreadLocalRandom.current().nextInt(LONGEST_PAUSE_MILLIS);
    return vertx.timer(millis, TimeUnit.MILLISECONDS).mapEmpty();
  }

  private static final class Overtaken extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final Overtaken ONCE = new Overtaken();

    private Overtaken() {
      super("somebody else was faster", null, false, false);
    }
  }
}

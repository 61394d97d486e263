package io.servicegroup.runtime;

import io.vertx.core.Context;
import io.vertx.core.Vertx;

/** The timers and the clock of a {@link Ticker}: those of Vert.x, or a test's. */
interface TickerClock {

  /**
   * Runs something once, later, on the ticker's context.
   *
   * @return the id by which it is cancelled
   */
  long setTimer(long millis, Runnable action);

  void cancelTimer(long id);

  /** Runs something on the ticker's context, at once where the caller is on it already. */
  void onContext(Runnable action);

  long nanoTime();

  static TickerClock of(Vertx vertx) {
    Context context = vertx.getOrCreateContext();
    return new TickerClock() {
      @Override
      public long setTimer(long millis, Runnable action) {
        return vertx.setTimer(millis, id -> action.run());
      }

      @Override
      public void cancelTimer(long id) {
        vertx.cancelTimer(id);
      }

      @Override
      public void onContext(Runnable action) {
        if (Vertx.currentContext() == context) {
          action.run();
        } else {
          context.runOnContext(nothing -> action.run());
        }
      }

      @Override
      public long nanoTime() {
        return System.nanoTime();
      }
    };
  }
}

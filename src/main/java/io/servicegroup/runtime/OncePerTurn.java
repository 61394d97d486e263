package io.servicegroup.runtime;

import io.vertx.core.Vertx;
import java.util.function.LongSupplier;

/**
 * A clock that is read at most once in each turn of the event loop: a thousand answers that arrive
 * together ask for the time a thousand times.
 *
 * <p>Not thread-safe: used on one context.
 */
public final class OncePerTurn implements LongSupplier {

  private final Vertx vertx;
  private final LongSupplier clock;
  private long value;
  private boolean known;

  /**
   * Wraps a clock.
   *
   * @param vertx whose context it is used on
   * @param clock a clock that is expensive to read
   */
  public OncePerTurn(Vertx vertx, LongSupplier clock) {
    this.vertx = vertx;
    this.clock = clock;
  }

  @Override
  public long getAsLong() {
    if (!known) {
      value = clock.getAsLong();
      known = true;
      vertx.runOnContext(next -> known = false);
    }
    return value;
  }
}

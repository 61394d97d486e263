package io.servicegroup.agent;

import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The started parts of an agent or a command. Stops them in the reverse order and within a time
 * limit.
 *
 * <p>Thread-safe.
 */
final class StartedParts {

  private static final Logger LOG = LoggerFactory.getLogger(StartedParts.class);

  private final Deque<Part> started = new ConcurrentLinkedDeque<>();

  private record Part(String name, Supplier<Future<?>> stop) {}

  void add(String name, Supplier<Future<?>> stop) {
    started.addLast(new Part(name, stop));
  }

  /**
   * Stops everything. A part that hangs gets half of the time that is left, so that there is some
   * for each that follows.
   *
   * @return completes within the limit; never fails
   */
  Future<Void> stop(Duration limit) {
    return stopBefore(System.nanoTime() + limit.toNanos());
  }

  private Future<Void> stopBefore(long deadline) {
    Part part = started.pollLast();
    if (part == null) {
      return Future.succeededFuture();
    }
    // No timer of Vert.x is used, since Vert.x itself may be what does not stop.
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    return Future.succeededFuture()
        .compose(now -> part.stop().get())
        .timeout(Math.max(1, left / 2), TimeUnit.MILLISECONDS)
        .onFailure(failure -> LOG.warn("{} did not stop: {}", part.name(), Why.of(failure)))
        .transform(stopped -> stopBefore(deadline));
  }
}

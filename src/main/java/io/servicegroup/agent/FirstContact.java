package io.servicegroup.agent;

import io.servicegroup.bus.FaultException;
import io.servicegroup.model.Durations;
import io.servicegroup.runtime.Backoff;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.OutageLog;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reaches a server for the first time: repeats failed attempts after ever longer pauses, until one
 * succeeds, the time limit is over, or a failure is final. One attempt runs at a time, so that no
 * earlier attempt can succeed after a later one has begun.
 */
final class FirstContact {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Vertx vertx;
  private final String key;
  private final String where;
  private final Duration limit;
  private final BooleanSupplier cancelled;
  private final OutageLog log;
  private final long started = System.nanoTime();
  private Throwable last;

  /**
   * Creates an object whose time limit begins now.
   *
   * @param vertx whose timers are used
   * @param key the key that names the server, for messages
   * @param where the server's URI, with secrets masked
   * @param limit the time limit, {@code agent.start_timeout}
   * @param cancelled whether the result is not needed any more
   */
  FirstContact(Vertx vertx, String key, String where, Duration limit, BooleanSupplier cancelled) {
    this.vertx = vertx;
    this.key = key;
    this.where = where;
    this.limit = limit;
    this.cancelled = cancelled;
    this.log = new OutageLog(key + " " + where, System::nanoTime);
  }

  /**
   * Makes attempts.
   *
   * @param attempt makes one attempt; may be called many times
   * @return the result of the successful attempt; fails with a {@link StartException} within the
   *     limit
   */
  <T> Future<T> reach(Supplier<Future<T>> attempt) {
    Future<T> reached = attempt(attempt, new Backoff(FIRST_PAUSE, LONGEST_PAUSE));
    return OnContext.within(vertx, limit.toMillis(), reached)
        .recover(failure -> Future.failedFuture(explained(failure)));
  }

  private <T> Future<T> attempt(Supplier<Future<T>> attempt, Backoff backoff) {
    return attempt
        .get()
        .onSuccess(reached -> log.succeeded())
        .recover(
            failure -> {
              last = failure;
              Duration pause = backoff.failed();
              boolean late = System.nanoTime() - started + pause.toNanos() > limit.toNanos();
              if (late || cancelled.getAsBoolean() || failure instanceof FaultException) {
                return Future.failedFuture(failure);
              }
              log.failed(failure);
              return vertx
                  .timer(pause.toMillis(), TimeUnit.MILLISECONDS)
                  .compose(passed -> attempt(attempt, backoff));
            });
  }

  private StartException explained(Throwable failure) {
    if (failure instanceof FaultException) {
      return StartException.of(failure, key, "");
    }
    boolean isHung = failure instanceof TimeoutException && last == null;
    String reason =
        isHung
            ? "no answer"
            : Why.of(failure instanceof TimeoutException && last != null ? last : failure);
    return new StartException(
        "%s: cannot reach %s: %s (agent.start_timeout %s)"
            .formatted(key, where, reason, Durations.text(limit)),
        failure);
  }
}

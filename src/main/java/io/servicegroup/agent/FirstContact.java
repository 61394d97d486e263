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
 * Reaches something remote for the first time: tries again, ever slower, until it works, its time
 * is over, or the failure says that trying is no use. One attempt at a time, so that none succeeds
 * behind another's back.
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
   * Begins to count the time.
   *
   * @param vertx whose timers
   * @param key the key that names the remote, for the message
   * @param where the remote, with secrets masked
   * @param limit {@code agent.start_timeout}
   * @param cancelled whether nobody waits any more
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
   * Tries.
   *
   * @param attempt one attempt; may be made many times
   * @return what the attempt that worked gave; fails with a {@link StartException} within the limit
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

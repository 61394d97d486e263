package io.servicegroup.catalog;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Lets the writes of one member follow each other, so that its events come in the order of its
 * writes; those of different members run side by side. Also knows what was written since when, so
 * that a slower read does not undo it.
 *
 * <p>Not thread-safe.
 */
final class MemberQueue {

  /** For so long whoever asks for a write over HTTP waits for it. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LongSupplier nanos;
  private final Map<MemberId, Future<?>> tails = new HashMap<>();
  private final Map<MemberId, Long> writtenAt = new HashMap<>();
  private long clock;

  /**
   * Makes ready.
   *
   * @param nanos a monotonic clock, which goes on while the machine is suspended
   */
  MemberQueue(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Writes after the member's writes before, whether those succeeded or not.
   *
   * @param id the member
   * @param write starts the write; may throw
   * @return what it returned
   */
  <T> Future<T> run(MemberId id, Supplier<Future<T>> write) {
    Future<?> before = tails.getOrDefault(id, Future.succeededFuture());
    Future<T> done = before.transform(result -> write.get());
    tails.put(id, done);
    return done.onComplete(
        result -> {
          tails.remove(id, done);
          writtenAt.put(id, ++clock);
        });
  }

  /**
   * As {@link #run}, of what somebody asked for. It is not begun once he waits no longer: he may
   * have said something else through another agent since, which an old word is not to undo.
   *
   * @return what it returned; fails as {@code UNAVAILABLE} where it was not begun
   */
  <T> Future<T> runAsked(MemberId id, Supplier<Future<T>> write) {
    long asked = nanos.getAsLong();
    return run(
        id,
        () ->
            nanos.getAsLong() - asked <= PATIENCE.toNanos()
                ? write.get()
                : Future.failedFuture(
                    new ServiceGroupException(
                        Refusal.UNAVAILABLE,
                        "what was asked of %s is not done, since what was asked before took longer than %d s: ask again"
                            .formatted(id, PATIENCE.toSeconds()))));
  }

  /**
   * Something was learned of a member that a read under way may not know.
   *
   * @param id the member
   */
  void touch(MemberId id) {
    writtenAt.put(id, ++clock);
  }

  /**
   * Begins a read of many members.
   *
   * @return for {@link #mayBeOutdated}
   */
  long beginRead() {
    // Reads follow each other, so nobody asks about what was written before this one.
    writtenAt.clear();
    return ++clock;
  }

  /**
   * Whether what a read found may be older than what was written here.
   *
   * @param id the member
   * @param read from {@link #beginRead}
   * @return whether a write ran during the read, or runs still
   */
  boolean mayBeOutdated(MemberId id, long read) {
    return tails.containsKey(id) || writtenAt.getOrDefault(id, 0L) > read;
  }
}

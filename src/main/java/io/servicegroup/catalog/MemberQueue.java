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
 * Runs the writes of one member one after the other, so that its events come in the order of its
 * writes. Writes of different members run side by side. The queue also knows which members were
 * written since a read began, so that what the read found does not undo a later write.
 *
 * <p>Not thread-safe.
 */
final class MemberQueue {

  /** How long a client waits for a write that it requested over HTTP. */
  private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(10);

  private final LongSupplier nanos;
  private final Map<MemberId, Future<?>> tails = new HashMap<>();
  private final Map<MemberId, Long> writtenAt = new HashMap<>();
  private long clock;

  /** The numbers of the last read and of the one before. */
  private long lastRead;

  private long readBefore;

  /**
   * Creates an empty queue.
   *
   * @param nanos a monotonic clock, which goes on while the machine is suspended
   */
  MemberQueue(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Writes after all earlier writes of the member, whether they succeeded or not.
   *
   * @param id the member
   * @param write starts the write; may throw
   * @return the result of the write
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
   * Does the same as {@link #run} for a write that a client requested. The write does not begin
   * once the client has stopped waiting: the client may have changed the member through another
   * agent since, and an old request must not undo that.
   *
   * @return the result of the write; fails as {@code UNAVAILABLE} where it was not begun
   */
  <T> Future<T> runAsked(MemberId id, Supplier<Future<T>> write) {
    long asked = nanos.getAsLong();
    return run(
        id,
        () ->
            nanos.getAsLong() - asked <= CLIENT_TIMEOUT.toNanos()
                ? write.get()
                : Future.failedFuture(
                    new ServiceGroupException(
                        Refusal.UNAVAILABLE,
                        "what was asked of %s is not done, since what was asked before took longer than %d s: ask again"
                            .formatted(id, CLIENT_TIMEOUT.toSeconds()))));
  }

  /**
   * Notes that something was learned of a member that a read under way may not show.
   *
   * @param id the member
   */
  void touch(MemberId id) {
    writtenAt.put(id, ++clock);
  }

  /**
   * Begins a read of many members.
   *
   * @return the number of the read, for {@link #mayBeOutdated}
   */
  long beginRead() {
    // A read that takes very long is followed by the next before it ends, so that the writes since
    // the read before are kept.
    readBefore = lastRead;
    writtenAt.values().removeIf(at -> at < readBefore);
    lastRead = ++clock;
    return lastRead;
  }

  /** Whether no other read has begun since. */
  boolean isLatest(long read) {
    return read == lastRead;
  }

  /**
   * Tells whether what a read found of a member may be older than a write of this agent.
   *
   * @param id the member
   * @param read the read's number, from {@link #beginRead}
   * @return whether a write ran during the read, or still runs
   */
  boolean mayBeOutdated(MemberId id, long read) {
    return tails.containsKey(id) || writtenAt.getOrDefault(id, 0L) > read;
  }
}

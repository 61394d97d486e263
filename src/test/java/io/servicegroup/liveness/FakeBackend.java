package io.servicegroup.liveness;

import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A backend whose answers a test gives. */
final class FakeBackend implements LivenessBackend {

  record Write(List<Heartbeat> members, List<Heartbeat> left) {}

  final List<Write> writes = new CopyOnWriteArrayList<>();
  private final Semaphore written = new Semaphore(0);
  private int awaited;
  final Semaphore released = new Semaphore(0);
  final BlockingQueue<Duration> saidStalled = new LinkedBlockingQueue<>();
  final Semaphore resumed = new Semaphore(0);
  volatile Set<String> stalled = Set.of();
  final Semaphore cut = new Semaphore(0);
  final Promise<Void> closed = Promise.promise();
  volatile Supplier<Future<Observation>> polls = () -> Future.succeededFuture(NOTHING);
  volatile Supplier<Future<List<Conflict>>> writing = () -> Future.succeededFuture(List.of());

  /** What a write proves; null where it proves nothing. */
  volatile Function<List<Heartbeat>, Observation> proving = members -> null;

  volatile Supplier<Future<Void>> asking = Future::succeededFuture;
  volatile Runnable news;

  static final Observation NOTHING =
      new Observation(List.of(), List.of(), List.of(), List.of(), false);

  /** Waits for so many writes since the start. */
  void awaitWrites(int count) {
    int more = Math.max(0, count - awaited);
    awaited += more;
    Eventually.await(count + " writes", () -> written.tryAcquire(more));
  }

  @Override
  public Future<Void> open(Runnable tell) {
    news = tell;
    return Future.succeededFuture();
  }

  @Override
  public Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    writes.add(new Write(members, left));
    try {
      return writing.get().map(conflicts -> new Written(conflicts, proving.apply(members)));
    } finally {
      // After the answer was taken: who waited for the write may now change the next one's.
      written.release();
    }
  }

  @Override
  public Future<Observation> poll() {
    return polls.get();
  }

  @Override
  public Future<Void> release() {
    released.release();
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> stalled(Duration validity) {
    saidStalled.add(validity);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> resumed() {
    resumed.release();
    return Future.succeededFuture();
  }

  @Override
  public Future<Set<String>> stalledAmong(Set<String> agents) {
    return asking
        .get()
        .map(asked -> stalled.stream().filter(agents::contains).collect(Collectors.toSet()));
  }

  @Override
  public Optional<Runnable> lifeline() {
    return Optional.of(cut::release);
  }

  @Override
  public Future<Void> close() {
    closed.tryComplete();
    return Future.succeededFuture();
  }
}

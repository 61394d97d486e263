package io.servicegroup.catalog;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.catalog.ServiceCatalog.Join;
import io.servicegroup.catalog.ServiceCatalog.Joined;
import io.servicegroup.runtime.BatchSize;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Joins members in batches, one at a time: whatever is asked for while one is under way goes into
 * the next. Those that were up a moment ago come first, as their silence is being counted; each
 * learns of its own join, and beats, while others still wait.
 *
 * <p>A batch that takes too long is halved the next time, so that on a busy store some get through.
 * Not thread-safe.
 */
final class MemberJoins {

  /** Few at first: those beat the sooner, and how busy the store is will be seen. */
  private static final int FIRST = 100;

  private static final int MOST = 1000;

  /** What takes longer is halved; stores give up what takes a few times as long. */
  private static final Duration BOUND = Duration.ofSeconds(2);

  /** One of so many may take longer, and keeps the next batch no longer. */
  private static final int STRAGGLERS = 10;

  /** For so long a member is tried again that somebody else is writing. */
  private static final Duration LOCKED_AT_MOST = Duration.ofSeconds(5);

  private static final long LOCKED_PAUSE_MILLIS = 100;

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final String agentId;
  private final Set<String> backends;
  private final LongSupplier floor;
  private final JoinOrder order;
  private final LongSupplier nanoTime;
  private final BatchSize size = new BatchSize(FIRST, MOST, BOUND);
  private final List<PendingJoin> waiting = new ArrayList<>();
  private boolean underWay;
  private boolean due;

  /**
   * Makes ready.
   *
   * @param agentId who will beat for the members
   * @param backends what they will beat through
   * @param floor the greatest generation that was seen
   * @param order who comes first
   * @param nanoTime a monotonic clock
   */
  MemberJoins(
      Vertx vertx,
      ServiceCatalog catalog,
      StoreReachability reachability,
      String agentId,
      Set<String> backends,
      LongSupplier floor,
      JoinOrder order,
      LongSupplier nanoTime) {
    this.vertx = vertx;
    this.catalog = catalog;
    this.reachability = reachability;
    this.agentId = agentId;
    this.backends = backends;
    this.floor = floor;
    this.order = order;
    this.nanoTime = nanoTime;
  }

  /** Joins one; fails with {@link ServiceGroupException} only. */
  Future<Joined> join(Join join) {
    Promise<Joined> answer = Promise.promise();
    enqueue(new PendingJoin(join, answer, nanoTime.getAsLong(), false));
    return answer.future();
  }

  private void enqueue(PendingJoin asked) {
    waiting.add(asked);
    if (!underWay && !due) {
      due = true;
      // Whatever is asked for in the same turn goes together.
      vertx.runOnContext(
          turn -> {
            due = false;
            next();
          });
    }
  }

  private void next() {
    if (underWay || waiting.isEmpty()) {
      return;
    }
    underWay = true;
    List<PendingJoin> batch = nextBatch();
    long started = nanoTime.getAsLong();
    Batch joins = new Batch(join(batch), started);
    for (int i = 0; i < batch.size(); i++) {
      PendingJoin asked = batch.get(i);
      Future<Joined> joined = joins.all.get(i);
      joined.onComplete(
          result -> {
            answer(asked, joined);
            joins.answered();
          });
    }
  }

  /** Members whose row was locked the last time come after the others, in a batch of their own. */
  private List<PendingJoin> nextBatch() {
    waiting.sort(
        Comparator.comparing(PendingJoin::wasLocked)
            .thenComparing(asked -> asked.join.spec().id(), order));
    boolean locked = waiting.get(0).wasLocked;
    int alike = (int) waiting.stream().filter(asked -> asked.wasLocked == locked).count();
    List<PendingJoin> some = waiting.subList(0, size.of(alike));
    List<PendingJoin> batch = List.copyOf(some);
    some.clear();
    return batch;
  }

  private List<Future<Joined>> join(List<PendingJoin> batch) {
    try {
      return catalog.joinAll(
          batch.stream().map(PendingJoin::join).toList(), agentId, backends, floor.getAsLong());
    } catch (RuntimeException e) {
      return batch.stream().map(asked -> Future.<Joined>failedFuture(e)).toList();
    }
  }

  private void answer(PendingJoin asked, Future<Joined> joined) {
    if (!(joined.cause() instanceof MemberLockedException)) {
      reachability
          .observe(joined)
          .onSuccess(done -> order.joined(asked.join.spec().id()))
          .onComplete(asked.answer);
    } else if (nanoTime.getAsLong() - asked.sinceNanos < LOCKED_AT_MOST.toNanos()) {
      vertx.setTimer(LOCKED_PAUSE_MILLIS, later -> enqueue(asked.locked()));
    } else {
      asked.answer.fail(
          new ServiceGroupException(
              Refusal.UNAVAILABLE,
              ("%s could not be joined within %d ms, since somebody else's transaction holds its"
                      + " row in the catalogue: end that one, and join again")
                  .formatted(asked.join.spec().id(), LOCKED_AT_MOST.toMillis())));
    }
  }

  /** A batch. The next begins when all but a few stragglers have their answers. */
  private final class Batch {

    private final List<Future<Joined>> all;
    private final long started;
    private int left;

    Batch(List<Future<Joined>> all, long started) {
      this.all = all;
      this.started = started;
      this.left = all.size();
    }

    void answered() {
      left--;
      if (left == all.size() / STRAGGLERS) {
        learn(nanoTime.getAsLong() - started);
        underWay = false;
        next();
      }
    }

    private void learn(long nanos) {
      size.answered(all.size(), all.stream().anyMatch(MemberJoins::couldNotBeAsked), nanos);
    }
  }

  private static boolean couldNotBeAsked(Future<Joined> join) {
    return join.failed()
        && !(join.cause() instanceof ServiceGroupException)
        && !(join.cause() instanceof MemberLockedException);
  }

  private record PendingJoin(
      Join join, Promise<Joined> answer, long sinceNanos, boolean wasLocked) {
    PendingJoin locked() {
      return new PendingJoin(join, answer, sinceNanos, true);
    }
  }
}

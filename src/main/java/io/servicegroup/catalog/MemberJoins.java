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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins members in batches, one batch at a time: joins that are requested while a batch is under
 * way go into the next one. Members that were up a moment ago come first, as their silence is being
 * counted. Each join is answered by itself, so that its member beats while others still wait.
 *
 * <p>After a batch that took too long the next one is half as large, so that some joins succeed on
 * a busy store.
 *
 * <p>Not thread-safe.
 */
final class MemberJoins {

  private static final Logger LOG = LoggerFactory.getLogger(MemberJoins.class);

  /**
   * The size of the first batch. It is small, so that its members beat soon and show how busy the
   * store is.
   */
  private static final int FIRST_BATCH = 100;

  private static final int LARGEST_BATCH = 1000;

  /**
   * After a batch that took longer the next one is halved. Stores give up calls that take a few
   * times as long.
   */
  private static final Duration BATCH_BOUND = Duration.ofSeconds(2);

  /** One of this many joins may take longer without delaying the next batch. */
  private static final int STRAGGLERS = 10;

  /** A join is repeated for this long while somebody else has locked the member's row. */
  private static final Duration LOCKED_RETRY_LIMIT = Duration.ofSeconds(5);

  private static final long LOCKED_PAUSE_MILLIS = 100;

  private final Vertx vertx;
  private final ServiceCatalog catalog;
  private final StoreReachability reachability;
  private final String agentId;
  private final Set<String> backends;
  private final LongSupplier floor;
  private final JoinOrder order;
  private final LongSupplier nanoTime;
  private final BatchSize size = new BatchSize(FIRST_BATCH, LARGEST_BATCH, BATCH_BOUND);
  private final List<PendingJoin> waiting = new ArrayList<>();
  private boolean batchUnderWay;
  private boolean turnScheduled;

  /** How many joins were in batches since no join waited; for the log. */
  private int answered;

  /**
   * Creates an object without pending joins.
   *
   * @param agentId the agent that will beat for the members
   * @param backends the backends that the members will beat through
   * @param floor returns the greatest generation that was seen
   * @param order the order in which members join
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

  /** Joins a member; fails with {@link ServiceGroupException} only. */
  Future<Joined> join(Join join) {
    Promise<Joined> answer = Promise.promise();
    enqueue(new PendingJoin(join, answer, nanoTime.getAsLong(), false));
    return answer.future();
  }

  private void enqueue(PendingJoin pending) {
    waiting.add(pending);
    if (!batchUnderWay && !turnScheduled) {
      turnScheduled = true;
      // Joins that are requested in the same turn go into one batch.
      vertx.runOnContext(
          turn -> {
            turnScheduled = false;
            next();
          });
    }
  }

  private void next() {
    if (batchUnderWay || waiting.isEmpty()) {
      return;
    }
    batchUnderWay = true;
    List<PendingJoin> batch = nextBatch();
    long started = nanoTime.getAsLong();
    Batch joins = new Batch(join(batch), started);
    for (int i = 0; i < batch.size(); i++) {
      PendingJoin pending = batch.get(i);
      Future<Joined> joined = joins.all.get(i);
      joined.onComplete(
          result -> {
            answer(pending, joined);
            joins.answered();
          });
    }
  }

  /**
   * Removes the next batch from the pending joins. Members whose row was locked at the last attempt
   * come after the others, in a batch of their own.
   */
  private List<PendingJoin> nextBatch() {
    waiting.sort(
        Comparator.comparing(PendingJoin::wasLocked)
            .thenComparing(pending -> pending.join.spec().id(), order));
    boolean wasLocked = waiting.get(0).wasLocked;
    int alike = (int) waiting.stream().filter(pending -> pending.wasLocked == wasLocked).count();
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
      return batch.stream().map(pending -> Future.<Joined>failedFuture(e)).toList();
    }
  }

  private void answer(PendingJoin pending, Future<Joined> joined) {
    if (!(joined.cause() instanceof MemberLockedException)) {
      reachability
          .observe(joined)
          .onSuccess(done -> order.joined(pending.join.spec().id()))
          .onComplete(pending.answer);
    } else if (nanoTime.getAsLong() - pending.sinceNanos < LOCKED_RETRY_LIMIT.toNanos()) {
      vertx.setTimer(LOCKED_PAUSE_MILLIS, later -> enqueue(pending.asLocked()));
    } else {
      pending.answer.fail(
          new ServiceGroupException(
              Refusal.UNAVAILABLE,
              ("%s could not be joined within %d ms, since somebody else's transaction holds its"
                      + " row in the catalogue: end that one, and join again")
                  .formatted(pending.join.spec().id(), LOCKED_RETRY_LIMIT.toMillis())));
    }
  }

  /**
   * A batch that is under way. The next batch begins when all but a few stragglers are answered.
   */
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
        tellProgress();
        batchUnderWay = false;
        next();
      }
    }

    private void tellProgress() {
      answered = waiting.isEmpty() ? 0 : answered + all.size();
      if (answered > 0) {
        LOG.info("{} joins are answered, {} wait for their turn", answered, waiting.size());
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
    PendingJoin asLocked() {
      return new PendingJoin(join, answer, sinceNanos, true);
    }
  }
}

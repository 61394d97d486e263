package io.servicegroup.backend.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import io.servicegroup.runtime.OnContext;
import io.servicegroup.runtime.Why;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Runs calls of Hazelcast, which block for as long as its own bounds allow, on worker threads; the
 * futures are bounded. While a call is unanswered, another of its kind fails at once, so that calls
 * never pile up. (The class is the client of this technology; in Hazelcast, <em>client</em> is an
 * instance that is not a member.)
 *
 * <p>An instance that ended by itself, as after a failed merge, is replaced by the next call. Used
 * on one context.
 */
final class HazelcastCalls {

  /** One thread each for starting and stopping, for writes, and for polls. */
  private static final int THREADS = 3;

  private static final int MOST_QUEUED = 1000;

  /** The most calls of one batch that wait for an answer at a time. */
  private static final int MOST_AT_ONCE = 64;

  private static final ThreadFactory DAEMONS =
      work -> {
        Thread thread = new Thread(work, "hazelcast-batch");
        thread.setDaemon(true);
        return thread;
      };

  private static final Future<HazelcastInstance> NONE =
      Future.failedFuture(new VertxException("Hazelcast is closed", true));

  private static final Duration STOP = Duration.ofSeconds(6);

  private final Vertx vertx;
  private final HazelcastStarter starter;
  private final WorkerExecutor worker;
  private final Set<String> unanswered = new HashSet<>();
  private int queued;
  private Future<HazelcastInstance> instance;
  private Future<Void> closed;

  HazelcastCalls(Vertx vertx, HazelcastStarter starter) {
    this.vertx = vertx;
    this.starter = starter;
    this.worker = vertx.createSharedWorkerExecutor("hazelcast-" + UUID.randomUUID(), THREADS);
  }

  /** The running instance. Starts one where there is none, without a bound. */
  Future<HazelcastInstance> open() {
    if (closed != null) {
      return NONE;
    }
    boolean usable =
        instance != null
            && !instance.failed()
            && (!instance.isComplete() || instance.result().getLifecycleService().isRunning());
    if (!usable) {
      instance = worker.executeBlocking(starter::start, false);
    }
    return instance;
  }

  /**
   * Runs a call; fails where the answer takes longer than the bound, or where a call of this kind
   * is unanswered.
   */
  <T> Future<T> call(String kind, Duration bound, Function<HazelcastInstance, T> work) {
    if (!unanswered.add(kind)) {
      return Future.failedFuture(
          new VertxException("Hazelcast has not answered the call before yet", true));
    }
    Future<T> answer = start(work);
    answer.onComplete(ended -> unanswered.remove(kind));
    return within(bound, answer);
  }

  /**
   * As {@link #call}, for calls of which many may wait. Beyond {@link #MOST_QUEUED} they fail at
   * once.
   */
  <T> Future<T> queue(Duration bound, Function<HazelcastInstance, T> work) {
    if (queued >= MOST_QUEUED) {
      return Future.failedFuture(
          new VertxException(queued + " calls to Hazelcast are not answered yet", true));
    }
    queued++;
    Future<T> answer = start(work);
    answer.onComplete(ended -> queued--);
    return within(bound, answer);
  }

  /**
   * As {@link #queue(Duration, Function)}, for many concurrent calls. Hazelcast has no call that
   * writes many entries by compare and set, so each waits for its own answer.
   *
   * @param items one for each call
   * @param work makes one call
   * @return each call's result, in the order of the items
   */
  <I, T> List<Future<T>> queue(
      Duration bound, List<I> items, BiFunction<HazelcastInstance, I, T> work) {
    if (items.size() == 1) {
      return List.of(queue(bound, running -> work.apply(running, items.get(0))));
    }
    List<Promise<T>> answers = items.stream().map(item -> Promise.<T>promise()).toList();
    // Each call gets less time than the batch, so that the calls that succeeded are reported
    // before the batch runs out of time.
    Duration each = bound.multipliedBy(4).dividedBy(5);
    queue(bound, running -> sideBySide(each, items, item -> work.apply(running, item)))
        .onFailure(failure -> answers.forEach(answer -> answer.fail(failure)))
        .onSuccess(
            done -> {
              for (int i = 0; i < answers.size(); i++) {
                done.get(i).onComplete(answers.get(i));
              }
            });
    return answers.stream().map(Promise::future).toList();
  }

  /** Runs calls on threads of their own, which end with the batch. */
  private static <I, T> List<Future<T>> sideBySide(
      Duration bound, List<I> items, Function<I, T> work) {
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.min(items.size(), MOST_AT_ONCE), DAEMONS);
    try {
      List<Callable<T>> calls =
          items.stream().<Callable<T>>map(item -> () -> work.apply(item)).toList();
      List<Future<T>> done = new ArrayList<>();
      for (var call : threads.invokeAll(calls, bound.toMillis(), TimeUnit.MILLISECONDS)) {
        done.add(result(call));
      }
      return done;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the agent is stopping");
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> Future<T> result(java.util.concurrent.Future<T> call)
      throws InterruptedException {
    try {
      return Future.succeededFuture(call.get());
    } catch (ExecutionException e) {
      return Future.failedFuture(e.getCause());
    } catch (CancellationException e) {
      return Future.failedFuture(new VertxException("Hazelcast did not answer in time", e));
    }
  }

  private <T> Future<T> start(Function<HazelcastInstance, T> work) {
    return open().compose(running -> worker.executeBlocking(() -> work.apply(running), false));
  }

  private <T> Future<T> within(Duration bound, Future<T> answer) {
    return OnContext.within(vertx, bound.toMillis(), answer)
        .recover(failure -> Future.failedFuture(explained(failure, bound)));
  }

  private static Throwable explained(Throwable failure, Duration bound) {
    if (failure instanceof TimeoutException) {
      return new VertxException(
          "Hazelcast did not answer within " + bound.toMillis() + " ms", failure);
    }
    String why = Why.of(failure);
    return why.equals(failure.getMessage()) ? failure : new VertxException(why, failure);
  }

  /** Ends the instance; a member first hands over the data that it keeps. Never fails. */
  Future<Void> close() {
    if (closed == null) {
      Future<HazelcastInstance> last = instance == null ? NONE : instance;
      Future<Void> ended =
          last.compose(running -> worker.executeBlocking(() -> end(running), false));
      closed =
          OnContext.within(vertx, STOP.toMillis(), ended)
              .eventually(worker::close)
              .otherwiseEmpty();
    }
    return closed;
  }

  private Void end(HazelcastInstance running) {
    starter.end(running);
    return null;
  }
}

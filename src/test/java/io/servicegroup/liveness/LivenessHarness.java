package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A backend as a liveness verticle uses it: always on one context. Waits with a deadline. */
public class LivenessHarness implements AutoCloseable {

  private final BlockingQueue<Long> news = new LinkedBlockingQueue<>();
  private final Context context;
  private final LivenessBackend backend;
  private volatile boolean strayed;

  /** Makes the backend under test. */
  @FunctionalInterface
  public interface Factory {

    /**
     * Called on the context that the backend is then used on.
     *
     * @param vertx for its connections
     * @param settings of one agent
     * @return not open yet
     */
    LivenessBackend create(Vertx vertx, LivenessSettings settings);
  }

  /**
   * Makes a backend of one agent.
   *
   * @param vertx for its connections
   * @param settings of the agent
   * @param factory makes it
   */
  public LivenessHarness(Vertx vertx, LivenessSettings settings, Factory factory) {
    context = vertx.getOrCreateContext();
    Promise<LivenessBackend> made = Promise.promise();
    context.runOnContext(nothing -> made.complete(factory.create(vertx, settings)));
    backend = await(made.future());
  }

  /**
   * Whose beats an agent of a test reads.
   *
   * @param own whether only those of its own members
   * @param groups otherwise the groups; empty for everybody
   * @return what {@code watch} says then
   */
  public static Watch watch(boolean own, Set<String> groups) {
    return own ? Watch.OWN : groups.isEmpty() ? Watch.ALL : Watch.groups(groups);
  }

  /**
   * Does something where the backend lives.
   *
   * @param work what to do
   * @return its result
   */
  public <T> Future<T> start(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        nothing ->
            work.get()
                .onComplete(
                    result -> {
                      strayed |= Vertx.currentContext() != context;
                      done.handle(result);
                    }));
    return done.future();
  }

  /**
   * Whether anything ended elsewhere than on the context of its verticle.
   *
   * @return so far
   */
  public boolean hasStrayed() {
    return strayed;
  }

  /**
   * Opens the backend, perhaps again.
   *
   * @return this
   */
  public LivenessHarness open() {
    await(start(() -> backend.open(() -> news.add(System.nanoTime()))));
    return this;
  }

  /**
   * Tells what the catalogue says.
   *
   * @param event what happened
   */
  public void catalogued(CatalogEvent event) {
    await(
        start(
            () -> {
              backend.catalogued(event);
              return Future.succeededFuture();
            }));
  }

  /**
   * Writes.
   *
   * @param members the full state
   * @return what stands in the way
   */
  public List<Conflict> write(Heartbeat... members) {
    return await(startWrite(members));
  }

  /**
   * Writes.
   *
   * @param members the full state
   * @param left who is not in it any more
   * @return what stands in the way
   */
  public List<Conflict> write(List<Heartbeat> members, List<Heartbeat> left) {
    return await(startWrite(members, left));
  }

  /**
   * Begins a write.
   *
   * @param members the full state
   * @return what stands in the way
   */
  public Future<List<Conflict>> startWrite(Heartbeat... members) {
    return startWrite(List.of(members), List.of());
  }

  /**
   * Begins a write.
   *
   * @param members the full state
   * @param left who is not in it any more
   * @return what stands in the way
   */
  public Future<List<Conflict>> startWrite(List<Heartbeat> members, List<Heartbeat> left) {
    return startProof(members, left).map(LivenessBackend.Written::conflicts);
  }

  /**
   * Begins a write.
   *
   * @param members the full state
   * @param left who is not in it any more
   * @return what the write found
   */
  public Future<LivenessBackend.Written> startProof(List<Heartbeat> members, List<Heartbeat> left) {
    return start(() -> backend.write(members, left));
  }

  /**
   * Polls.
   *
   * @return what was seen
   */
  public Observation poll() {
    return await(startPoll());
  }

  /**
   * Begins a poll.
   *
   * @return what will be seen
   */
  public Future<Observation> startPoll() {
    return start(backend::poll);
  }

  /**
   * Polls, as the verticle does, until one poll succeeds and shows what is wanted.
   *
   * @param wanted what is to be seen
   * @return the poll that showed it
   */
  public Observation pollUntil(Predicate<Observation> wanted) {
    return Eventually.succeeds("a poll that shows it", this::poll, wanted);
  }

  /**
   * Waits for news.
   *
   * @param deadline for how long
   * @return false where none came in time
   */
  public boolean awaitNews(Duration deadline) {
    try {
      return news.poll(deadline.toMillis(), TimeUnit.MILLISECONDS) != null;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Drops the news that came so far. */
  public void forgetNews() {
    news.clear();
  }

  /** Closes the backend, perhaps again; fails where it does. */
  @Override
  public void close() {
    await(start(backend::close));
  }
}

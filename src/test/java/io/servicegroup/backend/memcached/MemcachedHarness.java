package io.servicegroup.backend.memcached;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A backend as a liveness verticle uses it: always on one context. Waits with a deadline. */
final class MemcachedHarness implements AutoCloseable {

  static final Duration REPORT_INTERVAL = Duration.ofSeconds(4);
  static final Duration SERVICE_DOWN_TIME = Duration.ofSeconds(10);
  static final Duration POLL_INTERVAL = Duration.ofSeconds(2);
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Context context;
  private final MemcachedLivenessBackend backend;
  private volatile boolean strayed;

  MemcachedHarness(Vertx vertx, LivenessSettings settings) {
    context = vertx.getOrCreateContext();
    Promise<MemcachedLivenessBackend> made = Promise.promise();
    context.runOnContext(nothing -> made.complete(new MemcachedLivenessBackend(vertx, settings)));
    backend = await(made.future());
  }

  /** One that watches all groups, open. */
  static MemcachedHarness open(Vertx vertx, String agent, String uri) {
    return new MemcachedHarness(vertx, settings(agent, uri, false, Set.of())).open();
  }

  static LivenessSettings settings(String agent, String uri, boolean watchOwn, Set<String> groups) {
    return new LivenessSettings(
        "memcached",
        agent,
        BackendUri.parse(uri),
        REPORT_INTERVAL,
        SERVICE_DOWN_TIME,
        POLL_INTERVAL,
        LivenessHarness.watch(watchOwn, groups));
  }

  static Member member(String group, String host, long generation) {
    return member(group, host, generation, Map.of());
  }

  static Member member(String group, String host, long generation, Map<String, Object> metadata) {
    return new Member(
        new MemberId(group, host),
        "nova-" + group,
        "uuid",
        5,
        metadata,
        false,
        null,
        false,
        new Incarnation(generation, "abc"),
        "agent",
        Set.of("memcached"),
        null);
  }

  static Heartbeat beat(Member member, long count) {
    return new Heartbeat(member.id(), member.incarnation(), count, State.ALIVE, null);
  }

  static Heartbeat failed(Member member, long count) {
    return new Heartbeat(member.id(), member.incarnation(), count, State.FAILED, "no answer");
  }

  static <T> T await(Future<T> future) {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException | InterruptedException e) {
      throw new AssertionError("no answer within " + DEADLINE, e);
    }
  }

  <T> Future<T> start(Supplier<Future<T>> work) {
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

  /** Whether anything ended elsewhere than on the context of its verticle. */
  boolean hasStrayed() {
    return strayed;
  }

  MemcachedHarness open() {
    await(start(() -> backend.open(() -> {})));
    return this;
  }

  MemcachedHarness follow(Member... members) {
    return tell(CatalogEvent.Type.JOINED, members);
  }

  MemcachedHarness forget(Member... members) {
    return tell(CatalogEvent.Type.DELETED, members);
  }

  private MemcachedHarness tell(CatalogEvent.Type type, Member... members) {
    Promise<Void> told = Promise.promise();
    context.runOnContext(
        nothing -> {
          for (Member member : members) {
            backend.catalogued(new CatalogEvent(type, member, true));
          }
          told.complete();
        });
    await(told.future());
    return this;
  }

  List<Conflict> write(Heartbeat... members) {
    return write(List.of(members), List.of());
  }

  List<Conflict> write(List<Heartbeat> members, List<Heartbeat> left) {
    return await(startWrite(members, left));
  }

  Future<List<Conflict>> startWrite(List<Heartbeat> members, List<Heartbeat> left) {
    return start(() -> backend.write(members, left));
  }

  Observation poll() {
    return await(startPoll());
  }

  Future<Observation> startPoll() {
    return start(backend::poll);
  }

  /** Polls, as often as a test may, until a poll succeeds and shows something. */
  Observation pollUntil(Predicate<Observation> wanted) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    Object last = "nothing";
    while (System.nanoTime() < deadline) {
      Future<Observation> poll = startPoll();
      try {
        last = await(poll);
      } catch (IllegalStateException e) {
        last = e;
      }
      if (poll.succeeded() && wanted.test(poll.result())) {
        return poll.result();
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new AssertionError("not within " + DEADLINE + "; last: " + last);
  }

  /** Waits for anything else that a test can ask for. */
  static void awaitTrue(Supplier<Boolean> condition) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.get()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + DEADLINE);
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  @Override
  public void close() {
    await(start(backend::close));
  }
}

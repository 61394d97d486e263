package io.servicegroup.backend.redis;

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
import io.servicegroup.model.Watch;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** One agent on Redis: the common harness, with joins, and raw commands past it. */
final class RedisLivenessHarness implements AutoCloseable {

  static final Duration INTERVAL = Duration.ofSeconds(2);

  private final LivenessHarness harness;
  private final LivenessSettings settings;

  RedisLivenessHarness(Vertx vertx, String agent, String uri, boolean watchOwn) {
    this(vertx, agent, uri, watchOwn, INTERVAL);
  }

  RedisLivenessHarness(Vertx vertx, String agent, String uri, boolean watchOwn, Duration interval) {
    this.settings =
        new LivenessSettings(
            "redis",
            agent,
            BackendUri.parse(uri),
            interval,
            interval.multipliedBy(5),
            interval,
            watchOwn ? Watch.OWN : Watch.ALL);
    this.harness = new LivenessHarness(vertx, settings, RedisLivenessBackend::new);
  }

  LivenessSettings settings() {
    return settings;
  }

  static <T> T await(Future<T> future) {
    return LivenessHarness.await(future);
  }

  /** A raw command, past everything that is tested. */
  static Response ask(Vertx vertx, String uri, Command command, Object... arguments) {
    Request request = Request.cmd(command);
    for (Object argument : arguments) {
      if (argument instanceof byte[] bytes) {
        request.arg(bytes);
      } else {
        request.arg(argument.toString());
      }
    }
    Redis client = Redis.createClient(vertx, uri);
    return await(client.send(request).eventually(client::close));
  }

  RedisLivenessHarness open() {
    harness.open();
    return this;
  }

  /** Tells what the catalogue says of a member that this agent joined. */
  Heartbeat join(String group, String host, long generation) {
    Heartbeat heartbeat =
        new Heartbeat(
            new MemberId(group, host), new Incarnation(generation, "abc"), 1, State.ALIVE, null);
    catalogued(CatalogEvent.Type.JOINED, member(heartbeat), true);
    return heartbeat;
  }

  /** Tells what the catalogue says of a member that another agent joined. */
  void follow(Heartbeat heartbeat) {
    catalogued(CatalogEvent.Type.JOINED, member(heartbeat), false);
  }

  void delete(Heartbeat heartbeat) {
    catalogued(CatalogEvent.Type.DELETED, member(heartbeat), false);
  }

  private void catalogued(CatalogEvent.Type type, Member member, boolean own) {
    harness.catalogued(new CatalogEvent(type, member, own));
  }

  private Member member(Heartbeat heartbeat) {
    return new Member(
        heartbeat.id(),
        "bin-" + heartbeat.id().group(),
        null,
        5,
        Map.of("zone", "az1"),
        false,
        null,
        false,
        heartbeat.incarnation(),
        settings.agent(),
        Set.of("redis"),
        null);
  }

  static Heartbeat next(Heartbeat heartbeat) {
    return in(State.ALIVE, null, heartbeat);
  }

  static Heartbeat in(State state, String reason, Heartbeat heartbeat) {
    return new Heartbeat(
        heartbeat.id(), heartbeat.incarnation(), heartbeat.count() + 1, state, reason);
  }

  List<Conflict> write(Heartbeat... members) {
    return write(List.of(members), List.of());
  }

  List<Conflict> write(List<Heartbeat> members, List<Heartbeat> left) {
    return harness.write(members, left);
  }

  Future<List<Conflict>> startWrite(Heartbeat... members) {
    return harness.startWrite(members);
  }

  Observation poll() {
    return harness.poll();
  }

  Future<Observation> startPoll() {
    return harness.startPoll();
  }

  /** Polls, as the verticle does, until one succeeds and shows what is wanted. */
  Observation pollUntil(Predicate<Observation> wanted, Duration deadline) {
    long end = System.nanoTime() + deadline.toNanos();
    String last = "nothing";
    while (System.nanoTime() < end) {
      try {
        Observation seen = poll();
        if (wanted.test(seen)) {
          return seen;
        }
        last = seen.toString();
      } catch (IllegalStateException e) {
        last = e.getMessage();
      }
      awaitNews(Duration.ofMillis(50));
    }
    throw new AssertionError("not within " + deadline + "; last was " + last);
  }

  boolean awaitNews(Duration deadline) {
    return harness.awaitNews(deadline);
  }

  @Override
  public void close() {
    harness.close();
  }
}

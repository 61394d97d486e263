package io.servicegroup.backend.redis;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Members;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Map;

/** One agent on Redis: the common harness, with joins, and raw commands past it. */
final class RedisLivenessHarness extends LivenessHarness {

  static final Duration INTERVAL = Duration.ofSeconds(2);

  private final LivenessSettings settings;

  RedisLivenessHarness(Vertx vertx, String agent, String uri, boolean watchOwn) {
    this(vertx, agent, uri, watchOwn, INTERVAL);
  }

  RedisLivenessHarness(Vertx vertx, String agent, String uri, boolean watchOwn, Duration interval) {
    this(
        vertx,
        new LivenessSettings(
            "redis",
            agent,
            BackendUri.parse(uri),
            interval,
            interval.multipliedBy(5),
            interval,
            watchOwn ? Watch.OWN : Watch.ALL));
  }

  private RedisLivenessHarness(Vertx vertx, LivenessSettings settings) {
    super(vertx, settings, RedisLivenessBackend::new);
    this.settings = settings;
  }

  LivenessSettings settings() {
    return settings;
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

  @Override
  public RedisLivenessHarness open() {
    super.open();
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
    catalogued(new CatalogEvent(type, member, own));
  }

  private Member member(Heartbeat heartbeat) {
    return Members.of(heartbeat.id())
        .binary("bin-" + heartbeat.id().group())
        .version(5)
        .metadata(Map.of("zone", "az1"))
        .incarnation(heartbeat.incarnation())
        .agent(settings.agent())
        .backends("redis")
        .build();
  }

  static Heartbeat next(Heartbeat heartbeat) {
    return in(State.ALIVE, null, heartbeat);
  }

  static Heartbeat in(State state, String reason, Heartbeat heartbeat) {
    return new Heartbeat(
        heartbeat.id(), heartbeat.incarnation(), heartbeat.count() + 1, state, reason);
  }
}

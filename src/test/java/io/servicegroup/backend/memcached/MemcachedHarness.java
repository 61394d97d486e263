package io.servicegroup.backend.memcached;

import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessHarness;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import io.servicegroup.model.Member;
import io.servicegroup.testkit.Members;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** A backend in memcached, and what tests make for it. */
final class MemcachedHarness extends LivenessHarness {

  static final Duration REPORT_INTERVAL = Duration.ofSeconds(4);
  static final Duration SERVICE_DOWN_TIME = Duration.ofSeconds(10);
  static final Duration POLL_INTERVAL = Duration.ofSeconds(2);

  MemcachedHarness(Vertx vertx, LivenessSettings settings) {
    super(vertx, settings, MemcachedLivenessBackend::new);
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
    return Members.of(group, host)
        .binary("nova-" + group)
        .uuid("uuid")
        .version(5)
        .metadata(metadata)
        .incarnation(generation, "abc")
        .agent("agent")
        .backends("memcached")
        .build();
  }

  static Heartbeat beat(Member member, long count) {
    return new Heartbeat(member.id(), member.incarnation(), count, State.ALIVE, null);
  }

  static Heartbeat failed(Member member, long count) {
    return new Heartbeat(member.id(), member.incarnation(), count, State.FAILED, "no answer");
  }

  @Override
  public MemcachedHarness open() {
    super.open();
    return this;
  }

  MemcachedHarness follow(Member... members) {
    return tell(CatalogEvent.Type.JOINED, members);
  }

  MemcachedHarness forget(Member... members) {
    return tell(CatalogEvent.Type.DELETED, members);
  }

  private MemcachedHarness tell(CatalogEvent.Type type, Member... members) {
    for (Member member : members) {
      catalogued(new CatalogEvent(type, member, true));
    }
    return this;
  }
}

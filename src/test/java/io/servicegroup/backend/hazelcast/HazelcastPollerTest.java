package io.servicegroup.backend.hazelcast;

import static io.servicegroup.testkit.Eventually.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.cluster.Address;
import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.impl.MemberImpl;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleService;
import com.hazelcast.map.IMap;
import com.hazelcast.version.MemberVersion;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.Watch;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a poll proves, on a cluster that is none: a map and a list of members. */
class HazelcastPollerTest {

  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final Map<String, String> stored = new ConcurrentHashMap<>();
  private final HazelcastPresence presence =
      new HazelcastPresence(vertx, context, Duration.ofMinutes(1), () -> {});
  private int present = 1;
  private HazelcastPoller poller;

  @BeforeEach
  void create() {
    poller = poller(Duration.ofMinutes(1));
  }

  private HazelcastPoller poller(Duration downTime) {
    LivenessSettings settings =
        new LivenessSettings(
            "hazelcast",
            "a",
            BackendUri.parse("hazelcast://127.0.0.1"),
            INTERVAL,
            downTime,
            INTERVAL,
            Watch.ALL);
    HazelcastCalls calls = new HazelcastCalls(vertx, this::instance);
    return new HazelcastPoller(calls, presence, new Roster(settings), settings);
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private HazelcastInstance instance() {
    Cluster cluster = fake(Cluster.class, (name, arguments) -> members());
    IMap<?, ?> map =
        fake(
            IMap.class,
            (name, arguments) -> {
              if (name.equals("set")) {
                stored.put((String) arguments[0], (String) arguments[1]);
              }
              return name.equals("getAll") ? Map.copyOf(stored) : null;
            });
    LifecycleService running = fake(LifecycleService.class, (name, arguments) -> true);
    return fake(
        HazelcastInstance.class,
        (name, arguments) ->
            switch (name) {
              case "getCluster" -> cluster;
              case "getMap" -> map;
              default -> running;
            });
  }

  private Set<Integer> members() {
    return IntStream.range(0, present).boxed().collect(Collectors.toSet());
  }

  private interface Answer {
    Object to(String method, Object[] arguments);
  }

  private static <T> T fake(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> answer(answer, method, arguments)));
  }

  private static Object answer(Answer answer, Method method, Object[] arguments) {
    return answer.to(method.getName(), arguments);
  }

  private <T> T onContext(Supplier<Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(nothing -> work.get().onComplete(done));
    return await(done.future());
  }

  private Observation poll() {
    return onContext(poller::poll);
  }

  /** Somebody leaves whose address takes connections and says nothing. */
  private void fallSilent() throws Exception {
    NetServer server = vertx.createNetServer().connectHandler(socket -> {});
    await(server.listen(0, "127.0.0.1"));
    MemberImpl member =
        new MemberImpl(
            new Address("127.0.0.1", server.actualPort()),
            MemberVersion.UNKNOWN,
            false,
            UUID.randomUUID());
    presence.memberRemoved(
        new MembershipEvent(
            fake(Cluster.class, (name, arguments) -> null),
            member,
            MembershipEvent.MEMBER_REMOVED,
            Set.of()));
  }

  @Test
  void halfOfTheClusterIsAWitness() throws Exception {
    fallSilent();
    assertThat(poll().dataLost()).isFalse();
    present = 2;
    fallSilent();
    assertThat(poll().dataLost()).isFalse();
  }

  @Test
  void lessThanHalfIsNone() throws Exception {
    fallSilent();
    fallSilent();
    assertThatThrownBy(this::poll)
        .hasMessage("2 of 3 members of the cluster fell silent: this is a minority after a split");
    present = 2;
    assertThat(poll().dataLost()).isFalse();
  }

  @Test
  void aMinorityIsHeldBackForOneDownTimeOnly() throws Exception {
    poller = poller(Duration.ofMillis(1));
    fallSilent();
    fallSilent();
    poll();
  }

  @Test
  void aPartitionThatIsLostIsALossOnce() {
    poll();
    onContext(
        () -> {
          poller.partitionLost();
          return Future.succeededFuture();
        });
    assertThat(poll().dataLost()).isTrue();
    assertThat(poll().dataLost()).isFalse();
  }

  @Test
  void aMapThatCameBackEmptyIsALossOnce() {
    poll();
    assertThat(poll().dataLost()).isFalse();
    stored.clear();
    assertThat(poll().dataLost()).isTrue();
    assertThat(poll().dataLost()).isFalse();
  }
}

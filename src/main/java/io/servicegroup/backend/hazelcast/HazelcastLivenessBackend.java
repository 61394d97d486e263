package io.servicegroup.backend.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.listener.MapPartitionLostListener;
import io.servicegroup.bus.MemberNews;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.WriteProof;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Watch;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Keeps beats as entries of one map, which is the same for agents that are members of the cluster
 * and for agents that are its clients. A beat is a count that grows. When the Hazelcast member that
 * wrote an entry has left the cluster and its address refuses connections, the entry's member is
 * gone at once; when the address answers, nothing is concluded ({@link HazelcastPresence}).
 */
final class HazelcastLivenessBackend implements LivenessBackend {

  private final Context context;
  private final Roster roster;
  private final HazelcastCalls calls;
  private final HazelcastPresence presence;
  private final HazelcastWriter writer;
  private final HazelcastPoller poller;
  private final Watch watch;
  private final WriteProof proof;
  private Runnable news = () -> {};

  HazelcastLivenessBackend(Vertx vertx, LivenessSettings settings) {
    this(vertx, settings, config -> {});
  }

  /**
   * Creates the backend for a test.
   *
   * @param adapt changes the configuration of the Hazelcast member
   */
  HazelcastLivenessBackend(Vertx vertx, LivenessSettings settings, Consumer<Config> adapt) {
    this(vertx, settings, HazelcastConfigs.starter(settings, adapt));
  }

  private HazelcastLivenessBackend(
      Vertx vertx, LivenessSettings settings, HazelcastStarter starter) {
    boolean client = HazelcastConfigs.isClient(settings.uri());
    context = vertx.getOrCreateContext();
    roster = new Roster(settings);
    watch = settings.watch();
    Duration memory = settings.timeout().plus(settings.serviceDownTime());
    presence = new HazelcastPresence(vertx, context, memory, () -> news.run());
    calls = new HazelcastCalls(vertx, starter.preparing(this::listen));
    writer =
        new HazelcastWriter(calls, roster, !client, settings.longestCall(), settings.timeout());
    poller = new HazelcastPoller(calls, presence, roster, settings);
    proof = new WriteProof(settings, roster);
  }

  /**
   * Creates the backend of an agent. It shares its instance with the agent's catalogue where both
   * name the same URI.
   */
  static HazelcastLivenessBackend shared(Vertx vertx, LivenessSettings settings) {
    HazelcastStarter own = HazelcastConfigs.starter(settings, config -> {});
    BackendUri uri = settings.uri();
    return new HazelcastLivenessBackend(vertx, settings, HazelcastShared.of(vertx, uri, own));
  }

  @Override
  public Future<Void> open(Runnable onNews) {
    news = onNews;
    return calls.open().mapEmpty();
  }

  @Override
  public void catalogued(CatalogEvent event) {
    roster.catalogued(event);
  }

  @Override
  public Future<Written> write(List<Heartbeat> members, List<Heartbeat> left) {
    return writer.write(members, left).map(done -> written(members, left, done));
  }

  private Written written(
      List<Heartbeat> members, List<Heartbeat> left, HazelcastWriter.Done done) {
    Observation seen = proof.of(members, left, done.written(), done.before());
    if (proof.isSurprised()) {
      news.run();
    }
    return new Written(done.conflicts(), poller.isWhole() ? seen : null);
  }

  @Override
  public Future<Observation> poll() {
    return poller.poll();
  }

  @Override
  public Future<Void> stalled(Duration validity) {
    return poller.stalled(validity);
  }

  @Override
  public Future<Void> resumed() {
    return poller.resumed();
  }

  @Override
  public Future<Set<String>> stalledAmong(Set<String> agents) {
    return poller.stalledAmong(agents);
  }

  @Override
  public Future<Void> close() {
    return poller
        .removeCanary()
        .eventually(calls::close)
        .eventually(presence::close)
        .otherwiseEmpty();
  }

  private void told(MemberNews told) {
    if (told.concerns(id -> roster.get(id) != null || watch.coversAllOf(id.group()))) {
      news.run();
    }
  }

  /**
   * Prepares an instance on the thread that started it. Hazelcast calls the listeners on its own
   * threads.
   */
  private void listen(HazelcastInstance instance) {
    instance
        .<String, String>getMap(HazelcastConfigs.BEATS)
        .addPartitionLostListener(
            (MapPartitionLostListener)
                event -> context.runOnContext(nothing -> poller.partitionLost()));
    instance
        .<String>getTopic(HazelcastConfigs.NEWS)
        .addMessageListener(
            message -> {
              MemberNews told = MemberNews.parse(message.getMessageObject());
              context.runOnContext(nothing -> told(told));
            });
    instance.getCluster().addMembershipListener(presence);
    // The first call distributes the partitions, which takes longer than a poll may.
    instance.getMap(HazelcastConfigs.BEATS).size();
  }
}

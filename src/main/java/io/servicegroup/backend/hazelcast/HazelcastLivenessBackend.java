package io.servicegroup.backend.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.listener.MapPartitionLostListener;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.liveness.Roster;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Beats as entries of one map, the same for an agent that is a member of the cluster and for one
 * that is its client, so that both are of one fleet. A beat is a count that grows; that the
 * Hazelcast member which wrote it left the cluster and refuses connections ends it at once, and
 * that it left and answers means that nobody can say ({@link HazelcastPresence}).
 */
final class HazelcastLivenessBackend implements LivenessBackend {

  private final Context context;
  private final Roster roster;
  private final HazelcastCalls connection;
  private final HazelcastPresence presence;
  private final HazelcastWriter writer;
  private final HazelcastPoller poller;
  private Runnable news = () -> {};

  HazelcastLivenessBackend(Vertx vertx, LivenessSettings settings) {
    this(vertx, settings, config -> {});
  }

  /**
   * As a test needs it.
   *
   * @param adapt may change how the agent is set up as a member of the cluster
   */
  HazelcastLivenessBackend(Vertx vertx, LivenessSettings settings, Consumer<Config> adapt) {
    this(vertx, settings, HazelcastConfigs.starter(settings, adapt));
  }

  private HazelcastLivenessBackend(
      Vertx vertx, LivenessSettings settings, HazelcastStarter starter) {
    boolean client = HazelcastConfigs.isClient(settings.uri());
    context = vertx.getOrCreateContext();
    roster = new Roster(settings);
    Duration memory = settings.timeout().plus(settings.serviceDownTime());
    presence = new HazelcastPresence(vertx, context, memory, () -> news.run());
    connection = new HazelcastCalls(vertx, starter.preparing(this::listen));
    writer =
        new HazelcastWriter(connection, roster, !client, settings.patience(), settings.timeout());
    poller = new HazelcastPoller(connection, presence, roster, settings);
  }

  /** The backend of an agent, whose catalogue may be in the same cluster. */
  static HazelcastLivenessBackend shared(Vertx vertx, LivenessSettings settings) {
    HazelcastStarter own = HazelcastConfigs.starter(settings, config -> {});
    BackendUri uri = settings.uri();
    return new HazelcastLivenessBackend(vertx, settings, HazelcastShared.of(vertx, uri, own));
  }

  @Override
  public Future<Void> open(Runnable onNews) {
    news = onNews;
    return connection.open().mapEmpty();
  }

  @Override
  public void catalogued(CatalogEvent event) {
    roster.catalogued(event);
  }

  @Override
  public Future<List<Conflict>> write(List<Heartbeat> members, List<Heartbeat> left) {
    return writer.write(members, left);
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
        .eventually(connection::close)
        .eventually(presence::close)
        .otherwiseEmpty();
  }

  /** On the thread that started the instance; what Hazelcast tells comes on its own threads. */
  private void listen(HazelcastInstance instance) {
    instance
        .<String, String>getMap(HazelcastConfigs.BEATS)
        .addPartitionLostListener(
            (MapPartitionLostListener)
                event -> context.runOnContext(nothing -> poller.partitionLost()));
    instance
        .<String>getTopic(HazelcastConfigs.NEWS)
        .addMessageListener(message -> context.runOnContext(nothing -> news.run()));
    instance.getCluster().addMembershipListener(presence);
    // The first call distributes the partitions, which takes longer than a poll may.
    instance.getMap(HazelcastConfigs.BEATS).size();
  }
}

package io.servicegroup.backend.hazelcast;

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.client.config.ClientConnectionStrategyConfig.ReconnectMode;
import com.hazelcast.config.Config;
import com.hazelcast.config.CredentialsFactoryConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.spi.merge.LatestUpdateMergePolicy;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Configures Hazelcast: it uses the configured interface only, discovers nothing, has few threads,
 * and notices within seconds the failures that it notices within minutes by default.
 */
final class HazelcastConfigs {

  /** The name of the map of beats. */
  static final String BEATS = "servicegroup-beats";

  /** The topic whose messages tell agents that a poll would find something new. */
  static final String NEWS = "servicegroup-news";

  /** The prefix of the names of the catalogue's maps. */
  static final String CATALOG = "servicegroup-catalog-";

  private static final int CONNECT_SECONDS = 1;
  private static final int JOIN_SECONDS = 15;
  private static final int SHUTDOWN_SECONDS = 3;
  private static final int CALL_SECONDS = 3;

  private static final String LOGGING = "hazelcast.logging.type";
  private static final String SLF4J = "slf4j";

  static {
    // Hazelcast logs before it has read its configuration; this property applies to that.
    System.getProperties().putIfAbsent(LOGGING, SLF4J);
  }

  private HazelcastConfigs() {}

  static boolean isClient(BackendUri uri) {
    return uri.get(HazelcastTechnology.MODE).equals(HazelcastTechnology.CLIENT);
  }

  /** The same cluster's URI for a process that is not to become a member of it. */
  static BackendUri asClient(BackendUri uri) {
    Map<String, String> options = new LinkedHashMap<>(uri.options());
    options.remove(HazelcastTechnology.INTERFACE.name());
    options.remove(HazelcastTechnology.PORT.name());
    options.put(HazelcastTechnology.MODE.name(), HazelcastTechnology.CLIENT);
    return new BackendUri(
        uri.scheme(), uri.user(), uri.password(), uri.hosts(), uri.path(), options);
  }

  /** The starter of a member or a client, as the backend's URI asks. */
  static HazelcastStarter starter(LivenessSettings settings, Consumer<Config> adapt) {
    BackendUri uri = settings.uri();
    return isClient(uri)
        ? HazelcastStarter.client(uri, client(uri, settings))
        : HazelcastStarter.member(member(uri, settings, adapt));
  }

  /**
   * How long the cluster keeps a member that does not answer: a third of {@code service_down_time}.
   */
  static long maxNoHeartbeatSeconds(LivenessSettings settings) {
    return Math.max(2, Math.min(10, settings.serviceDownTime().toSeconds() / 3));
  }

  /** The configuration of an agent that is a member of the cluster. */
  static Config member(BackendUri uri, LivenessSettings settings, Consumer<Config> adapt) {
    Config config = new Config();
    config.setClusterName(uri.place());
    network(config, uri);
    config.addMapConfig(beats());
    config.addMapConfig(catalog());
    config.getMetricsConfig().setEnabled(false);
    quiet(config);
    timing(config, settings);
    List.of(
            "hazelcast.io.thread.count",
            "hazelcast.event.thread.count",
            "hazelcast.operation.priority.generic.thread.count",
            "hazelcast.operation.response.thread.count",
            "hazelcast.clientengine.thread.count",
            "hazelcast.clientengine.query.thread.count",
            "hazelcast.clientengine.blocking.thread.count")
        .forEach(threads -> config.setProperty(threads, "1"));
    config.setProperty("hazelcast.operation.thread.count", "2");
    config.setProperty("hazelcast.operation.generic.thread.count", "2");
    adapt.accept(config);
    return config;
  }

  private static void network(Config config, BackendUri uri) {
    NetworkConfig network = config.getNetworkConfig();
    String address = uri.get(HazelcastTechnology.INTERFACE);
    network.setPort(uri.get(HazelcastTechnology.PORT)).setPortAutoIncrement(true);
    if (address.contains(":")) {
      // Without this Hazelcast ignores IPv6 addresses.
      config.setProperty("hazelcast.prefer.ipv4.stack", "false");
    }
    network.getInterfaces().setEnabled(true).addInterface(address);
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(CONNECT_SECONDS);
    uri.hosts().forEach(host -> join.getTcpIpConfig().addMember(host.toString()));
  }

  private static MapConfig beats() {
    MapConfig map = new MapConfig(BEATS).setBackupCount(1);
    // After a split, each part has newer beats of its own agents. The merge takes the latest update
    // of each entry, for which the entries' statistics are needed.
    map.setPerEntryStatsEnabled(true);
    map.getMergePolicyConfig().setPolicy(LatestUpdateMergePolicy.class.getName());
    return map;
  }

  /**
   * The catalogue's maps keep two backups, so that two members may be lost at a time: unlike beats,
   * this data is not written again.
   */
  private static MapConfig catalog() {
    MapConfig maps = new MapConfig(CATALOG + "*").setBackupCount(2);
    maps.setPerEntryStatsEnabled(true);
    maps.getMergePolicyConfig().setPolicy(LatestUpdateMergePolicy.class.getName());
    return maps;
  }

  private static void quiet(Config config) {
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty(LOGGING, SLF4J);
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.health.monitoring.level", "OFF");
    config.setProperty("hazelcast.slow.operation.detector.enabled", "false");
  }

  private static void timing(Config config, LivenessSettings settings) {
    String merge = Long.toString(maxNoHeartbeatSeconds(settings));
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", merge);
    config.setProperty("hazelcast.merge.first.run.delay.seconds", merge);
    config.setProperty("hazelcast.merge.next.run.delay.seconds", merge);
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.max.join.seconds", Integer.toString(JOIN_SECONDS));
    config.setProperty("hazelcast.max.join.merge.target.seconds", Integer.toString(JOIN_SECONDS));
    config.setProperty(
        "hazelcast.socket.connect.timeout.seconds", Integer.toString(CONNECT_SECONDS));
    config.setProperty("hazelcast.graceful.shutdown.max.wait", Integer.toString(SHUTDOWN_SECONDS));
    config.setProperty(
        "hazelcast.operation.call.timeout.millis", Integer.toString(CALL_SECONDS * 1000));
    // A backup that does not answer must not delay the acknowledgement of a beat.
    config.setProperty(
        "hazelcast.operation.backup.timeout.millis",
        Long.toString(Math.max(100, settings.pollInterval().toMillis() / 5)));
  }

  /**
   * The configuration of an agent that is a client of another cluster. It looks for the cluster as
   * long as the agent runs.
   */
  static ClientConfig client(BackendUri uri, LivenessSettings settings) {
    ClientConfig config = new ClientConfig();
    config.setClusterName(uri.place());
    // Otherwise a new client waits for the backup's own answer, which is lost, for 5 s, where that
    // member has not accepted its connection yet.
    config.setBackupAckToClientEnabled(false);
    config.getNetworkConfig().setConnectionTimeout(CONNECT_SECONDS * 1000);
    uri.hosts().forEach(host -> config.getNetworkConfig().addAddress(host.toString()));
    config.getConnectionStrategyConfig().setAsyncStart(true).setReconnectMode(ReconnectMode.ASYNC);
    config
        .getConnectionStrategyConfig()
        .getConnectionRetryConfig()
        .setInitialBackoffMillis(100)
        .setMaxBackoffMillis(1000)
        .setMultiplier(1.5)
        .setJitter(0.2)
        .setClusterConnectTimeoutMillis(Long.MAX_VALUE);
    if (uri.user() != null) {
      CredentialsFactoryConfig credentials = new CredentialsFactoryConfig();
      credentials.setImplementation(new HazelcastCredentials(uri));
      config.getSecurityConfig().setCredentialsFactoryConfig(credentials);
    }
    config.getMetricsConfig().setEnabled(false);
    config.setProperty(LOGGING, SLF4J);
    config.setProperty("hazelcast.client.heartbeat.interval", "500");
    config.setProperty(
        "hazelcast.client.heartbeat.timeout", Long.toString(clientSilence(settings).toMillis()));
    config.setProperty(
        "hazelcast.client.invocation.timeout.seconds", Integer.toString(CALL_SECONDS));
    config.setProperty("hazelcast.client.io.input.thread.count", "1");
    config.setProperty("hazelcast.client.io.output.thread.count", "1");
    config.setProperty("hazelcast.client.event.thread.count", "1");
    config.setProperty("hazelcast.client.response.thread.count", "1");
    return config;
  }

  /** After how much silence a client closes a connection. */
  private static Duration clientSilence(LivenessSettings settings) {
    long millis = settings.reportInterval().toMillis() / 2;
    return Duration.ofMillis(Math.max(1500, Math.min(5000, millis)));
  }
}

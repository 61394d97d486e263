package io.servicegroup.backend.hazelcast;

import io.netty.util.NetUtil;
import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.config.KeyTypes;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;

/**
 * Hazelcast, as a member of the cluster or as its client. Beats and the catalogue are maps in the
 * memory of the cluster's members and nowhere else: when the last member stops, both are lost, and
 * the agents that still run join their members again.
 */
public final class HazelcastTechnology implements Technology {

  static final String MEMBER = "member";
  static final String CLIENT = "client";

  static final Key<String> MODE =
      Key.of(
              "mode",
              KeyTypes.words(List.of(MEMBER, CLIENT)),
              "`member`: this agent is a member of the cluster and joins the listed ones over"
                  + " TCP/IP. `client`: the cluster is somebody else's and needs no class of"
                  + " ours")
          .orElse(MEMBER);
  static final Key<String> INTERFACE =
      Key.of(
              "interface",
              KeyTypes.text(
                  "an address of this machine, such as 10.0.0.1 or ::1, and no name",
                  "an address",
                  text -> NetUtil.createByteArrayFromIpAddressString(text) != null),
              "the address of this machine that a member listens on: the others have to reach"
                  + " it")
          .orElse("127.0.0.1")
          .onlyWith(MODE, MEMBER);
  static final Key<Integer> PORT =
      Key.of("port", KeyTypes.port(), "the first port that a member tries")
          .orElse(5701)
          .onlyWith(MODE, MEMBER);

  /** Made by the service loader. */
  public HazelcastTechnology() {}

  @Override
  public List<String> names() {
    return List.of("hazelcast");
  }

  @Override
  public int defaultPort() {
    return 5701;
  }

  @Override
  public List<Key<?>> options() {
    return List.of(MODE, INTERFACE, PORT, TIMEOUT);
  }

  /** The cluster's name, by default that of Hazelcast's own configuration. */
  @Override
  public String place(BackendUri uri) {
    return uri.path().isEmpty() ? "dev" : uri.path();
  }

  @Override
  public List<String> faults(BackendUri uri) {
    return uri.user() != null && !uri.get(MODE).equals(CLIENT)
        ? List.of("a user goes with mode=client only: members of a cluster know its name alone")
        : List.of();
  }

  @Override
  public LivenessBackend liveness(Vertx vertx, LivenessSettings settings) {
    return HazelcastLivenessBackend.shared(vertx, settings);
  }

  @Override
  public ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings) {
    return new DocumentCatalog(
        vertx, new HazelcastDocuments(vertx, settings.uri()), Clock.systemUTC());
  }

  /**
   * A catalogue for a command, always as a client: the data of a member that is alone in its
   * cluster would end with the command.
   */
  @Override
  public ServiceCatalog visit(Vertx vertx, AgentConfig.Catalog settings) {
    BackendUri client = HazelcastConfigs.asClient(settings.uri());
    return catalog(vertx, new AgentConfig.Catalog(client, settings.createTables()));
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- Hazelcast has no tables: the agent needs no preparation.";
  }
}

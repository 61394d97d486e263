package io.servicegroup.backend.hazelcast;

import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.UriOption;
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

  private static final String MEMBERS_ONLY = "mode=member";

  private static final List<UriOption> OPTIONS =
      List.of(
          UriOption.choice(
                  "mode",
                  List.of("member", "client"),
                  "`member`: this agent is a member of the cluster and joins the listed ones over"
                      + " TCP/IP. `client`: the cluster is somebody else's and needs no class of"
                      + " ours")
              .orElse("member"),
          UriOption.ownAddress(
                  "interface",
                  "the address of this machine that a member listens on: the others have to reach"
                      + " it")
              .orElse("127.0.0.1")
              .onlyWith(MEMBERS_ONLY),
          UriOption.port("port", "the first port that a member tries")
              .orElse("5701")
              .onlyWith(MEMBERS_ONLY),
          UriOption.timeout("seconds that a beat lives"));

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
  public List<UriOption> options() {
    return OPTIONS;
  }

  @Override
  public List<String> faults(BackendUri uri) {
    return uri.user() != null && !"client".equals(uri.options().get("mode"))
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

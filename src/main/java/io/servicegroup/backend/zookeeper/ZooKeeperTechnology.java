package io.servicegroup.backend.zookeeper;

import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.config.KeyTypes;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * ZooKeeper. A member's liveness is an ephemeral node in tooz's layout, of one session per agent;
 * the catalogue is a persistent node for each member.
 */
public final class ZooKeeperTechnology implements Technology {

  static final Key<String> NAMESPACE =
      Key.of("namespace", KeyTypes.word(), "the node below which the groups are")
          .orElse("tooz")
          .asPlace();
  static final Key<Boolean> TLS = Key.of("use_ssl", KeyTypes.flag(), "TLS").orElse(false);
  static final Key<Path> AUTHORITY =
      Key.of("ca", KeyTypes.pemFile(), "PEM file of the authority").onlyWith(TLS, "true");
  static final Key<Path> CERTIFICATE =
      Key.of("certfile", KeyTypes.pemFile(), "PEM file of a client's own certificate")
          .onlyWith(TLS, "true");
  static final Key<Path> CERTIFICATE_KEY =
      Key.of("keyfile", KeyTypes.pemFile(), "PEM file of its key")
          .onlyWith(TLS, "true")
          .togetherWith(CERTIFICATE);

  private static final Key<Boolean> VERIFY =
      Key.of(
              "verify_certs",
              KeyTypes.flag(),
              "always `true`: the servers' certificates are verified")
          .orElse(true);

  private static final List<Key<?>> OPTIONS =
      List.of(
          TIMEOUT.explained(
              "seconds of the session that is asked for. Servers grant 2 to 20 of their tickTime;"
                  + " another value than the one asked for is logged"),
          NAMESPACE,
          TLS,
          VERIFY,
          AUTHORITY,
          CERTIFICATE,
          CERTIFICATE_KEY);

  /** Made by the service loader. */
  public ZooKeeperTechnology() {}

  @Override
  public List<String> names() {
    return List.of("zookeeper", "kazoo");
  }

  @Override
  public int defaultPort() {
    return 2181;
  }

  @Override
  public List<Key<?>> options() {
    return OPTIONS;
  }

  @Override
  public boolean needsBeats() {
    return false;
  }

  @Override
  public String place(BackendUri uri) {
    return uri.path().replaceAll("/+$", "");
  }

  @Override
  public List<String> faults(BackendUri uri) {
    List<String> faults = new ArrayList<>();
    if (!uri.get(VERIFY)) {
      faults.add(
          "ZooKeeper's client always verifies the servers' certificates: name their authority with"
              + " the option ca instead of verify_certs=false");
    }
    new ZooKeeperLayout(uri).fault().ifPresent(faults::add);
    return faults;
  }

  /** Refuses a member whose group or host cannot be the name of a node. */
  @Override
  public Optional<Fault> refusal(BackendUri uri, MemberId id) {
    return new ZooKeeperLayout(uri).refusal(id);
  }

  @Override
  public LivenessBackend liveness(Vertx vertx, LivenessSettings settings) {
    return new ZooKeeperLivenessBackend(vertx, settings);
  }

  @Override
  public ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings) {
    return catalog(vertx, new ZooKeeperDocuments(vertx, settings.uri(), true));
  }

  @Override
  public ServiceCatalog visit(Vertx vertx, AgentConfig.Catalog settings) {
    boolean writing = settings.createTables() != AgentConfig.CreateTables.NONE;
    return catalog(vertx, new ZooKeeperDocuments(vertx, settings.uri(), writing));
  }

  private static ServiceCatalog catalog(Vertx vertx, DocumentStore store) {
    return new DocumentCatalog(vertx, store, Clock.systemUTC());
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- ZooKeeper has no tables: the agent makes the nodes that it needs.";
  }
}

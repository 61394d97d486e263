package io.servicegroup.backend.memcached;

import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * memcached. Beats are kept in tooz's layout; the catalogue is an item for each member with an
 * index of their names. memcached may lose any item at any time; the agents that remember a member
 * restore it.
 */
public final class MemcachedTechnology implements Technology {

  /** Made by the service loader. */
  public MemcachedTechnology() {}

  @Override
  public List<String> names() {
    return List.of("memcached");
  }

  @Override
  public int defaultPort() {
    return 11211;
  }

  @Override
  public List<Key<?>> options() {
    return List.of(TIMEOUT.explained("seconds that a beat lives, rounded up to whole ones"));
  }

  @Override
  public List<String> faults(BackendUri uri) {
    List<String> faults = new ArrayList<>();
    if (!uri.path().isEmpty()) {
      faults.add("memcached has no databases: nothing follows the hosts");
    }
    if (uri.user() != null) {
      // A password is refused rather than ignored, because the operator would believe that it
      // protects the data.
      faults.add("memcached asks nobody for a password: no user stands before the hosts");
    }
    return faults;
  }

  @Override
  public LivenessBackend liveness(Vertx vertx, LivenessSettings settings) {
    return new MemcachedLivenessBackend(vertx, settings);
  }

  @Override
  public ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings) {
    return new DocumentCatalog(
        vertx, new MemcachedDocuments(vertx, settings.uri()), Clock.systemUTC());
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- memcached has no tables: the agent needs no preparation.";
  }
}

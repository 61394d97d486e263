package io.servicegroup.backend.memcached;

import io.servicegroup.backend.Technology;
import io.servicegroup.backend.common.SslOptions;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * memcached. Beats are kept in tooz's layout; the catalogue is an item for each member with an
 * index of their names. memcached may lose any item at any time; the agents that remember a member
 * restore it.
 */
public final class MemcachedTechnology implements Technology {

  static final Key<Boolean> TLS =
      SslOptions.TLS.explained(
          "TLS. The server's certificate is verified: its chain, and the name that the URI"
              + " gives the server");
  static final Key<Path> AUTHORITIES = SslOptions.AUTHORITIES;
  static final Key<Path> CERTIFICATE = SslOptions.CERTIFICATE;
  static final Key<Path> CERTIFICATE_KEY = SslOptions.CERTIFICATE_KEY;

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
    return List.of(
        TIMEOUT.explained("seconds that a beat lives, rounded up to whole ones"),
        TLS,
        AUTHORITIES,
        CERTIFICATE,
        CERTIFICATE_KEY);
  }

  @Override
  public List<String> faults(BackendUri uri) {
    List<String> faults = new ArrayList<>();
    if (!uri.path().isEmpty()) {
      faults.add("memcached has no databases: nothing follows the hosts");
    }
    if (uri.user() != null && uri.password() == null) {
      faults.add("memcached knows a user by his password: write user:password before the hosts");
    }
    if (isBroken(uri.user()) || isBroken(uri.password())) {
      faults.add("memcached's users and passwords have no blanks and no control characters");
    }
    return faults;
  }

  /** Whether a word contains a character that memcached's protocol takes for the end of a name. */
  private static boolean isBroken(String word) {
    return word != null && word.chars().anyMatch(c -> c <= ' ' || c == 0x7f);
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

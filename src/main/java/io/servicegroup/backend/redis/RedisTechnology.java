package io.servicegroup.backend.redis;

import io.servicegroup.backend.Technology;
import io.servicegroup.backend.common.SslOptions;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.config.KeyTypes;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Redis. Beats are kept in tooz's layout; the catalogue is a hash with one document for each
 * member.
 */
public final class RedisTechnology implements Technology {

  static final Key<Integer> DATABASE =
      Key.of("db", KeyTypes.integer(0, 99_999), "the database, instead of the path").orElse(0);
  static final Key<String> NAMESPACE =
      Key.of("namespace", KeyTypes.word(), "with what tooz's keys begin").orElse("_tooz").asPlace();
  static final Key<Boolean> TLS =
      SslOptions.TLS.explained(
          "TLS. With `ssl_ca_certs` the chain is verified but not the name (Sentinels name"
              + " servers by address), without it both");
  static final Key<Path> AUTHORITIES = SslOptions.AUTHORITIES;
  static final Key<Path> CERTIFICATE = SslOptions.CERTIFICATE;
  static final Key<Path> CERTIFICATE_KEY = SslOptions.CERTIFICATE_KEY;
  static final Key<String> SENTINEL =
      Key.of(
              "sentinel",
              KeyTypes.word(),
              "the hosts are Sentinels that know a master of this name; give their ports"
                  + " (26379). More than half of those named have to agree, or half where"
                  + " nobody contradicts; otherwise the backend is unreachable, and nobody is"
                  + " `DOWN` of it")
          .asPlace();
  static final Key<List<BackendUri.Host>> MORE_SENTINELS =
      Key.of(
              "sentinel_fallback",
              KeyTypes.list(KeyTypes.address()),
              "`host:port` of one more Sentinel; any number of times")
          .onlyWith(SENTINEL);

  private static final List<Key<?>> OPTIONS =
      List.of(
          TIMEOUT,
          DATABASE,
          NAMESPACE,
          TLS,
          AUTHORITIES,
          CERTIFICATE,
          CERTIFICATE_KEY,
          SENTINEL,
          MORE_SENTINELS);

  /** Made by the service loader. */
  public RedisTechnology() {}

  @Override
  public List<String> names() {
    return List.of("redis", "rediss");
  }

  @Override
  public Map<String, String> implied(String name) {
    return "rediss".equals(name) ? Map.of("ssl", "true") : Map.of();
  }

  @Override
  public int defaultPort() {
    return 6379;
  }

  @Override
  public List<Key<?>> options() {
    return OPTIONS;
  }

  @Override
  public boolean knowsPasswordsWithoutUser() {
    return true;
  }

  @Override
  public String place(BackendUri uri) {
    return uri.path().isEmpty()
        ? uri.get(DATABASE).toString()
        : Integer.valueOf(uri.path()).toString();
  }

  @Override
  public List<String> faults(BackendUri uri) {
    List<String> faults = new ArrayList<>();
    if (!uri.path().matches("\\d{0,5}")) {
      faults.add(
          "what follows the hosts has to be the number of a database, as in redis://127.0.0.1/0");
    }
    if (!uri.path().isEmpty() && uri.isGiven(DATABASE)) {
      faults.add("the database is named in the path or by the option db, not by both");
    }
    return faults;
  }

  @Override
  public LivenessBackend liveness(Vertx vertx, LivenessSettings settings) {
    return new RedisLivenessBackend(vertx, settings);
  }

  @Override
  public ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings) {
    return new DocumentCatalog(vertx, new RedisDocuments(vertx, settings.uri()), Clock.systemUTC());
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- Redis has no tables: the agent needs no preparation.";
  }
}

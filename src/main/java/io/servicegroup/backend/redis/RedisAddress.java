package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.RedisOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a {@link BackendUri} means to the driver, with tooz's and redis-py's meaning of options. */
final class RedisAddress {

  private static final String SENTINEL = "sentinel";
  private static final String AUTHORITIES = "ssl_ca_certs";

  /** The driver cannot read every name; where it connects to is decided below it. */
  private static final String NOBODY = "redis.invalid";

  private final BackendUri uri;
  private final Map<String, String> options;

  RedisAddress(BackendUri uri) {
    this.uri = uri;
    this.options = uri.options();
  }

  /** What stands before tooz's keys. */
  String namespace() {
    return options.getOrDefault("namespace", "_tooz");
  }

  /** Whether the hosts are Sentinels, which know where the master is. */
  boolean hasSentinels() {
    return options.containsKey(SENTINEL);
  }

  /** What the Sentinels call the master. */
  String masterName() {
    return options.get(SENTINEL);
  }

  /** Redis servers; Sentinels where {@link #hasSentinels()}. */
  List<BackendUri.Host> hosts() {
    List<BackendUri.Host> hosts = new ArrayList<>(uri.hosts());
    if (options.containsKey("sentinel_fallback")) {
      hosts.addAll(BackendUri.parse("redis://" + options.get("sentinel_fallback")).hosts());
    }
    return hosts;
  }

  boolean tls() {
    return Boolean.parseBoolean(options.getOrDefault("ssl", "false"));
  }

  /** How to reach a Redis. */
  RedisOptions server(BackendUri.Host host, Duration bound) {
    String database = uri.path().isEmpty() ? options.getOrDefault("db", "0") : uri.path();
    RedisOptions server = options(bound, tls(), "/" + database);
    return authenticate(server);
  }

  /** How to reach a Sentinel: as tooz does, without the password of the servers. */
  RedisOptions sentinel(BackendUri.Host host, Duration bound, boolean tls) {
    return options(bound, tls, "");
  }

  /** As {@link #sentinel}, for those that ask for the same password. */
  RedisOptions guardedSentinel(BackendUri.Host host, Duration bound, boolean tls) {
    return authenticate(options(bound, tls, ""));
  }

  boolean hasPassword() {
    return uri.password() != null;
  }

  private RedisOptions authenticate(RedisOptions to) {
    if (uri.password() != null) {
      to.setPassword(uri.password());
      if (uri.user() != null && !uri.user().isEmpty()) {
        to.setUser(uri.user());
      }
    }
    return to;
  }

  private RedisOptions options(Duration bound, boolean tls, String path) {
    NetClientOptions net =
        new NetClientOptions().setConnectTimeout((int) Math.max(1, bound.toMillis()));
    if (tls) {
      secure(net);
    }
    RedisOptions redis = new RedisOptions();
    redis
        .setNetClientOptions(net)
        .setConnectionString((tls ? "rediss://" : "redis://") + NOBODY + path)
        // One connection, which nobody else looks after.
        .setMaxPoolSize(1)
        .setPoolCleanerInterval(-1)
        .setPoolRecycleTimeout(-1);
    return redis;
  }

  private void secure(NetClientOptions net) {
    net.setSsl(true);
    if (options.containsKey(AUTHORITIES)) {
      // An authority of one's own vouches for the server, as for redis-py and redis-cli: Sentinels
      // name servers by addresses that no certificate holds.
      net.setTrustOptions(new PemTrustOptions().addCertPath(options.get(AUTHORITIES)));
      net.setHostnameVerificationAlgorithm("");
    } else {
      // From a public authority everybody has a certificate: the name has to be right.
      net.setHostnameVerificationAlgorithm("HTTPS");
    }
    if (options.containsKey("ssl_certfile")) {
      String certificate = options.get("ssl_certfile");
      net.setKeyCertOptions(
          new PemKeyCertOptions()
              .addCertPath(certificate)
              .addKeyPath(options.getOrDefault("ssl_keyfile", certificate)));
    }
  }

  /** With its secrets masked. */
  @Override
  public String toString() {
    return uri.toString();
  }
}

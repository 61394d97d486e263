package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Secrets;
import io.servicegroup.runtime.TlsFiles;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.redis.client.RedisOptions;
import java.nio.file.Path;
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
  private final KeyCertOptions certificate;
  private final TrustOptions authorities;
  private volatile BackendUri present;
  private final Map<String, String> options;

  RedisAddress(BackendUri uri) {
    this.uri = uri;
    this.present = uri;
    this.options = uri.options();
    String file = options.get("ssl_certfile");
    this.certificate =
        file == null
            ? null
            : TlsFiles.certificate(
                "ssl_certfile", Path.of(file), Path.of(options.getOrDefault("ssl_keyfile", file)));
    this.authorities =
        options.containsKey(AUTHORITIES)
            ? TlsFiles.authorities(AUTHORITIES, Path.of(options.get(AUTHORITIES)))
            : null;
  }

  /** Takes user and password as they are now, for the connections that follow. */
  Future<Void> renew(Vertx vertx) {
    return Secrets.now(vertx, uri)
        .map(
            now -> {
              present = now;
              return null;
            });
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
      hosts.addAll(BackendUri.servers(options.get("sentinel_fallback"), 0));
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
    BackendUri now = present;
    if (now.password() != null) {
      to.setPassword(now.password());
      if (now.user() != null && !now.user().isEmpty()) {
        to.setUser(now.user());
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
      net.setTrustOptions(authorities);
      net.setHostnameVerificationAlgorithm("");
    } else {
      // From a public authority everybody has a certificate: the name has to be right.
      net.setHostnameVerificationAlgorithm("HTTPS");
    }
    if (options.containsKey("ssl_certfile")) {
      net.setKeyCertOptions(certificate);
    }
  }

  /** With its secrets masked. */
  @Override
  public String toString() {
    return uri.toString();
  }
}

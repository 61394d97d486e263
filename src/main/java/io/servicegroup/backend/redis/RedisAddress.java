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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Translates a {@link BackendUri} into the driver's options. The URI's options mean what they mean
 * to tooz and to redis-py.
 */
final class RedisAddress {

  /**
   * A placeholder host for the driver's own URI: the driver cannot parse every valid host name, and
   * {@link RedisServerConnection} decides below the driver which address is dialled.
   */
  private static final String NOBODY = "redis.invalid";

  private final BackendUri uri;
  private final KeyCertOptions certificate;
  private final TrustOptions authorities;
  private volatile BackendUri present;

  RedisAddress(BackendUri uri) {
    this.uri = uri;
    this.present = uri;
    this.certificate =
        uri.find(RedisTechnology.CERTIFICATE)
            .map(
                file ->
                    TlsFiles.certificate(
                        RedisTechnology.CERTIFICATE.name(),
                        file,
                        uri.get(RedisTechnology.CERTIFICATE_KEY)))
            .orElse(null);
    this.authorities =
        uri.find(RedisTechnology.AUTHORITIES)
            .map(file -> TlsFiles.authorities(RedisTechnology.AUTHORITIES.name(), file))
            .orElse(null);
  }

  /** Reads user and password again; connections that are made from now on use them. */
  Future<Void> renew(Vertx vertx) {
    return Secrets.now(vertx, uri)
        .map(
            now -> {
              present = now;
              return null;
            });
  }

  /** The prefix of tooz's keys. */
  String namespace() {
    return uri.get(RedisTechnology.NAMESPACE);
  }

  /**
   * Whether the hosts are Sentinels, which tell the master's address, rather than Redis servers.
   */
  boolean hasSentinels() {
    return uri.isGiven(RedisTechnology.SENTINEL);
  }

  /** The name under which the Sentinels monitor the master. */
  String masterName() {
    return uri.get(RedisTechnology.SENTINEL);
  }

  /** The configured hosts: Redis servers, or Sentinels where {@link #hasSentinels()}. */
  List<BackendUri.Host> hosts() {
    List<BackendUri.Host> hosts = new ArrayList<>(uri.hosts());
    uri.find(RedisTechnology.MORE_SENTINELS).ifPresent(hosts::addAll);
    return hosts;
  }

  boolean tls() {
    return uri.get(RedisTechnology.TLS);
  }

  /** The driver's options for a Redis server. */
  RedisOptions server(BackendUri.Host host, Duration bound) {
    return authenticate(options(bound, tls(), "/" + uri.place()));
  }

  /**
   * The driver's options for a Sentinel. Like tooz, they do not send the password of the servers.
   */
  RedisOptions sentinel(BackendUri.Host host, Duration bound, boolean tls) {
    return options(bound, tls, "");
  }

  /** As {@link #sentinel}, for Sentinels that ask for the same password as the servers. */
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
        // RedisClient replaces connections itself, so the driver's pool holds a single one.
        .setMaxPoolSize(1)
        .setPoolCleanerInterval(-1)
        .setPoolRecycleTimeout(-1);
    return redis;
  }

  private void secure(NetClientOptions net) {
    net.setSsl(true);
    if (uri.isGiven(RedisTechnology.AUTHORITIES)) {
      // A private authority vouches for the server without a check of the host name, as for
      // redis-py and redis-cli: Sentinels name servers by addresses that no certificate contains.
      net.setTrustOptions(authorities);
      net.setHostnameVerificationAlgorithm("");
    } else {
      // A public authority issues certificates to anybody, so the host name has to match.
      net.setHostnameVerificationAlgorithm("HTTPS");
    }
    if (uri.isGiven(RedisTechnology.CERTIFICATE)) {
      net.setKeyCertOptions(certificate);
    }
  }

  /** The URI with its secrets masked. */
  @Override
  public String toString() {
    return uri.toString();
  }
}

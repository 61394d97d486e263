package io.servicegroup.backend.postgres;

import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.runtime.TlsFiles;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Translates a {@link BackendUri} into the driver's options. The URI's options mean what they mean
 * to libpq.
 */
final class PostgresClientOptions {

  /** The application name of our sessions. */
  static final String APPLICATION = "servicegroup";

  private static final int CACHED_STATEMENTS = 64;
  private static final int LONGEST_CACHED_STATEMENT = 16_384;

  private final BackendUri uri;

  PostgresClientOptions(BackendUri uri) {
    this.uri = uri;
  }

  boolean pooled() {
    return uri.get(PostgresTechnology.POOLED);
  }

  /**
   * The servers for statements, each with the ways to connect to it in the order in which they are
   * tried.
   */
  List<Server> servers() {
    return servers(uri.hosts(), pooled());
  }

  /** The servers that offer a session of our own, which LISTEN needs; empty where there is none. */
  List<Server> sessionServers() {
    if (!pooled()) {
      return servers();
    }
    return servers(uri.find(PostgresTechnology.LISTEN).stream().toList(), false);
  }

  private List<Server> servers(List<BackendUri.Host> hosts, boolean behindPooler) {
    String mode = uri.get(PostgresTechnology.SSL_MODE);
    return hosts.stream()
        .map(
            host ->
                new Server(
                    host.toString(),
                    sslModes(mode).stream()
                        .map(sslMode -> way(host, sslMode, behindPooler))
                        .toList()))
        .toList();
  }

  /**
   * The TLS modes to try, each with a connection of its own: the driver's own {@code prefer} and
   * {@code allow} leave a socket open when they fall back.
   */
  private List<SslMode> sslModes(String text) {
    return switch (text) {
      case "disable" -> List.of(SslMode.DISABLE);
      case "allow" -> List.of(SslMode.DISABLE, SslMode.REQUIRE);
      case "prefer" -> List.of(SslMode.REQUIRE, SslMode.DISABLE);
      case "require" ->
          // As in libpq, a root certificate turns require into verify-ca.
          List.of(uri.isGiven(PostgresTechnology.AUTHORITY) ? SslMode.VERIFY_CA : SslMode.REQUIRE);
      case "verify-ca" -> List.of(SslMode.VERIFY_CA);
      case "verify-full" -> List.of(SslMode.VERIFY_FULL);
      default ->
          throw new IllegalArgumentException(
              "sslmode is disable, allow, prefer, require, verify-ca or verify-full, not " + text);
    };
  }

  private Way way(BackendUri.Host host, SslMode mode, boolean behindPooler) {
    return new Way(host.toString(), connectTo(host, mode, behindPooler), behindPooler, uri);
  }

  private PgConnectOptions connectTo(BackendUri.Host host, SslMode mode, boolean behindPooler) {
    PgConnectOptions options = new PgConnectOptions();
    options
        .setHost(host.name().isEmpty() ? "localhost" : host.name())
        .setPort(host.port())
        .setUser(PostgresTechnology.user(uri))
        .setPassword(uri.password() == null ? "" : uri.password())
        .setDatabase(uri.place())
        .setSslMode(mode)
        .setSslOptions(ssl(mode))
        .setProperties(sessionSettings(behindPooler))
        .setUseLayer7Proxy(behindPooler)
        .setCachePreparedStatements(!behindPooler)
        .setPreparedStatementCacheMaxSize(CACHED_STATEMENTS)
        .setPreparedStatementCacheSqlLimit(LONGEST_CACHED_STATEMENT);
    return options;
  }

  /**
   * The settings of a session, to which its {@link PostgresLimits} come. PgBouncer refuses a
   * startup with any setting that it cannot track per client.
   */
  private Map<String, String> sessionSettings(boolean behindPooler) {
    Map<String, String> settings = new HashMap<>();
    settings.put("client_encoding", "utf8");
    settings.put("DateStyle", "ISO");
    if (!behindPooler) {
      // Planning a beat costs several times its execution, and the plan is always the same.
      settings.put("plan_cache_mode", "force_generic_plan");
    }
    return settings;
  }

  private ClientSSLOptions ssl(SslMode mode) {
    ClientSSLOptions ssl = new ClientSSLOptions();
    boolean verify = mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
    ssl.setTrustAll(!verify);
    ssl.setHostnameVerificationAlgorithm(mode == SslMode.VERIFY_FULL ? "HTTPS" : "");
    if (verify) {
      ssl.setTrustOptions(
          TlsFiles.authorities(
              PostgresTechnology.AUTHORITY.name(), file(PostgresTechnology.AUTHORITY, "root.crt")));
    }
    if (uri.isGiven(PostgresTechnology.CERTIFICATE)
        || uri.isGiven(PostgresTechnology.CERTIFICATE_KEY)) {
      ssl.setKeyCertOptions(
          TlsFiles.certificate(
              PostgresTechnology.CERTIFICATE.name(),
              file(PostgresTechnology.CERTIFICATE, "postgresql.crt"),
              file(PostgresTechnology.CERTIFICATE_KEY, "postgresql.key")));
    }
    return ssl;
  }

  private Path file(Key<Path> option, String libpqDefault) {
    return uri.find(option)
        .orElseGet(() -> Path.of(System.getProperty("user.home"), ".postgresql", libpqDefault));
  }

  /**
   * A server.
   *
   * @param name host and port, for messages
   * @param ways the ways to connect to it, in the order in which they are tried
   */
  record Server(String name, List<Way> ways) {}

  /**
   * A way to connect to a server.
   *
   * @param server the server's name
   * @param options for the driver
   * @param pooled whether a transaction pooler is in front of the server
   * @param uri its present user and password replace those in the options
   */
  record Way(String server, PgConnectOptions options, boolean pooled, BackendUri uri) {}
}

package io.servicegroup.backend.postgres;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.TlsFiles;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a {@link BackendUri} means to the driver, with libpq's meaning of every option. */
final class PostgresClientOptions {

  /** What our sessions are called on the server. */
  static final String APPLICATION = "servicegroup";

  private static final int CACHED_STATEMENTS = 64;
  private static final int LOCK_WAIT_PERCENT = 70;
  private static final int LONGEST_CACHED_STATEMENT = 16_384;

  private final BackendUri uri;
  private final Duration timeout;
  private final Duration lockBound;

  PostgresClientOptions(BackendUri uri, Duration timeout) {
    this(uri, timeout, timeout);
  }

  /**
   * Where a statement may take longer than a client waits as a rule.
   *
   * @param lockBound less than which is waited for a lock, so that the connection is kept
   */
  PostgresClientOptions(BackendUri uri, Duration timeout, Duration lockBound) {
    this.uri = uri;
    this.timeout = timeout;
    this.lockBound = lockBound;
  }

  boolean pooled() {
    return Boolean.parseBoolean(uri.options().getOrDefault("pooled", "false"));
  }

  /** Where statements go: each server with the ways to reach it, in the order to be tried. */
  List<Server> servers() {
    return servers(uri.hosts(), pooled());
  }

  /** Where a session of our own can be had, which LISTEN needs; empty where there is none. */
  List<Server> sessionServers() {
    if (!pooled()) {
      return servers();
    }
    String listen = uri.options().get("listen");
    if (listen == null) {
      return List.of();
    }
    return servers(BackendUri.servers(listen, 0), false);
  }

  private List<Server> servers(List<BackendUri.Host> hosts, boolean behindPooler) {
    String mode = uri.options().getOrDefault("sslmode", "prefer");
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
   * The driver's own {@code prefer} and {@code allow} leave a socket behind when they fall back, so
   * each way is tried as a connection of its own.
   */
  private List<SslMode> sslModes(String text) {
    return switch (text) {
      case "disable" -> List.of(SslMode.DISABLE);
      case "allow" -> List.of(SslMode.DISABLE, SslMode.REQUIRE);
      case "prefer" -> List.of(SslMode.REQUIRE, SslMode.DISABLE);
      case "require" ->
          // libpq: a root certificate turns require into verify-ca.
          List.of(uri.options().containsKey("sslrootcert") ? SslMode.VERIFY_CA : SslMode.REQUIRE);
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
    String user = uri.user() == null ? System.getProperty("user.name") : uri.user();
    PgConnectOptions options = new PgConnectOptions();
    options
        .setHost(host.name().isEmpty() ? "localhost" : host.name())
        .setPort(host.port())
        .setUser(user)
        .setPassword(uri.password() == null ? "" : uri.password())
        .setDatabase(uri.path().isEmpty() ? user : uri.path())
        .setSslMode(mode)
        .setSslOptions(ssl(mode))
        .setProperties(sessionSettings(behindPooler))
        .setUseLayer7Proxy(behindPooler)
        .setCachePreparedStatements(!behindPooler)
        .setPreparedStatementCacheMaxSize(CACHED_STATEMENTS)
        .setPreparedStatementCacheSqlLimit(LONGEST_CACHED_STATEMENT);
    return options;
  }

  /** PgBouncer refuses a start that sets anything but what it can keep per client. */
  private Map<String, String> sessionSettings(boolean behindPooler) {
    Map<String, String> settings = new HashMap<>();
    settings.put("client_encoding", "utf8");
    settings.put("DateStyle", "ISO");
    if (!behindPooler) {
      // What our own bound ends here, the server ends too, also where no cancel request arrives.
      String millis = Long.toString(Math.max(1, timeout.toMillis()));
      settings.put("statement_timeout", millis);
      // Whoever waits for a lock is told so before that, and the connection lives on.
      long wait = lockBound.multipliedBy(LOCK_WAIT_PERCENT).dividedBy(100).toMillis();
      settings.put("lock_timeout", Long.toString(Math.max(1, wait)));
      settings.put("idle_in_transaction_session_timeout", millis);
      // Planning a beat costs several times what doing it does, and the plan is always the same.
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
          TlsFiles.authorities("sslrootcert", Path.of(file("sslrootcert", "root.crt"))));
    }
    if (uri.options().containsKey("sslcert") || uri.options().containsKey("sslkey")) {
      ssl.setKeyCertOptions(
          TlsFiles.certificate(
              "sslcert",
              Path.of(file("sslcert", "postgresql.crt")),
              Path.of(file("sslkey", "postgresql.key"))));
    }
    return ssl;
  }

  private String file(String option, String libpqDefault) {
    String given = uri.options().get(option);
    return given != null
        ? given
        : Path.of(System.getProperty("user.home"), ".postgresql", libpqDefault).toString();
  }

  /**
   * A server.
   *
   * @param name host and port, for messages
   * @param ways how to connect to it, in the order to be tried
   */
  record Server(String name, List<Way> ways) {}

  /**
   * A way to connect to a server.
   *
   * @param server its name
   * @param options what the driver is to do
   * @param pooled whether a transaction pooler stands before it
   * @param uri whose present user and password take the place of those in the options
   */
  record Way(String server, PgConnectOptions options, boolean pooled, BackendUri uri) {}
}

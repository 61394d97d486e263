package io.servicegroup.backend.postgres;

import io.servicegroup.backend.Technology;
import io.servicegroup.bus.Concerns;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.config.KeyTypes;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** PostgreSQL, possibly Nova's database: its {@code services} table and our tables beside it. */
public final class PostgresTechnology implements Technology {

  static final Key<String> SSL_MODE =
      Key.of(
              "sslmode",
              KeyTypes.words(
                  List.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full")),
              "`disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`")
          .orElse("prefer");
  static final Key<Path> AUTHORITY =
      Key.of(
          "sslrootcert",
          KeyTypes.pemFile(),
          "PEM file of the authority; required with `verify-ca` and `verify-full`, unless there"
              + " is a `~/.postgresql/root.crt`");
  static final Key<Path> CERTIFICATE =
      Key.of(
          "sslcert",
          KeyTypes.pemFile(),
          "PEM file of a client's certificate; `~/.postgresql/postgresql.crt` else");
  static final Key<Path> CERTIFICATE_KEY =
      Key.of(
          "sslkey", KeyTypes.pemFile(), "PEM file of its key; `~/.postgresql/postgresql.key` else");
  static final Key<Boolean> POOLED =
      Key.of(
              "pooled",
              KeyTypes.flag(),
              "`true` behind a pooler in transaction mode: nothing bound to a session, news by"
                  + " polling")
          .orElse(false);
  static final Key<BackendUri.Host> LISTEN =
      Key.of(
              "listen",
              KeyTypes.address(),
              "`host:port` of a direct connection that listens for news")
          .onlyWith(POOLED, "true");

  private static final List<Key<?>> OPTIONS =
      List.of(
          SSL_MODE,
          AUTHORITY,
          CERTIFICATE,
          CERTIFICATE_KEY,
          POOLED,
          LISTEN,
          TIMEOUT.explained(
              "seconds that a beat lives for everyone who reads it; greater than `report_interval`,"
                  + " and at least `service_down_time` where `leave_on_stop` is `false`"));

  /** Made by the service loader. */
  public PostgresTechnology() {}

  @Override
  public List<String> names() {
    return List.of("postgresql", "postgres", "postgresql+psycopg2");
  }

  @Override
  public int defaultPort() {
    return 5432;
  }

  @Override
  public List<Key<?>> options() {
    return OPTIONS;
  }

  /** The user that connects; like libpq, the one of this process where the URI names none. */
  static String user(BackendUri uri) {
    return uri.user() == null ? System.getProperty("user.name") : uri.user();
  }

  /** The database, which has the user's name where the URI gives none. */
  @Override
  public String place(BackendUri uri) {
    return uri.path().isEmpty() ? user(uri) : uri.path();
  }

  /**
   * Like libpq, reads the root certificate from the user's home where sslrootcert is not set;
   * without either there is nothing to verify with.
   */
  @Override
  public List<String> lacking(BackendUri uri) {
    Path own = Path.of(System.getProperty("user.home"), ".postgresql", "root.crt");
    boolean verifies = uri.get(SSL_MODE).startsWith("verify-");
    return verifies && !uri.isGiven(AUTHORITY) && !Files.isReadable(own)
        ? List.of(
            "the option sslrootcert is required where sslmode is verify-ca or verify-full and there"
                + " is no ~/.postgresql/root.crt")
        : List.of();
  }

  @Override
  public LivenessBackend liveness(Vertx vertx, LivenessSettings settings) {
    return new PostgresLivenessBackend(vertx, settings);
  }

  @Override
  public ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings) {
    return new PostgresCatalog(
        vertx, settings, Concerns.ofCatalog(vertx), PostgresAddition.OF_A_CATALOGUE);
  }

  @Override
  public Future<Void> prepare(Vertx vertx, AgentConfig.Catalog settings) {
    Promise<Void> made = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(
            now -> {
              ServiceCatalog catalog = catalog(vertx, settings);
              catalog.open().eventually(catalog::close).onComplete(made);
            });
    return made.future();
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return PostgresScripts.script(settings.createTables());
  }
}

package io.servicegroup.backend.embedded;

import io.servicegroup.backend.EmbeddedServer;
import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.config.KeyTypes;
import io.servicegroup.config.Scheme;
import io.servicegroup.config.Schemes;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Vertx;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A private PostgreSQL inside the agent's process tree. */
public final class EmbeddedTechnology implements Technology {

  static final Key<Integer> PORT =
      Key.of(
          "port",
          KeyTypes.port(),
          "the port that it listens on, on the loopback interface; a free one where none is given");

  /** Made by the service loader. */
  public EmbeddedTechnology() {}

  @Override
  public List<String> names() {
    return List.of("embedded");
  }

  @Override
  public int defaultPort() {
    return 0;
  }

  @Override
  public boolean hasHosts() {
    return false;
  }

  @Override
  public List<Key<?>> options() {
    return List.of(PORT);
  }

  @Override
  public String place(BackendUri uri) {
    return Path.of(uri.path()).toAbsolutePath().normalize().toString();
  }

  @Override
  public List<String> lacking(BackendUri uri) {
    if (!PostgresArchives.arePacked()) {
      return List.of(
          "this is the slim jar, which has no embedded database: allowed is another catalogue, for"
              + " example postgresql://user:password@127.0.0.1:5432/servicegroup; or start"
              + " servicegroup-agent.jar, which has one");
    }
    try {
      Path.of(uri.path());
      return List.of();
    } catch (InvalidPathException e) {
      return List.of(
          "the directory's name has characters that this locale has not: set LC_ALL=C.UTF-8, or"
              + " name another directory");
    }
  }

  @Override
  public LivenessBackend liveness(Vertx vertx, LivenessSettings settings) {
    throw notStarted(settings.uri());
  }

  @Override
  public ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings) {
    throw notStarted(settings.uri());
  }

  private static IllegalStateException notStarted(BackendUri uri) {
    return new IllegalStateException(
        "the server of " + uri + " has not been started: its own URI is to take this one's place");
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return Technology.of(postgresql()).schema(settings);
  }

  /** The scheme of the running server's URI. */
  static Scheme postgresql() {
    return Schemes.find("postgresql")
        .orElseThrow(() -> new IllegalStateException("this build has no PostgreSQL"));
  }

  @Override
  public Optional<EmbeddedServer> server() {
    return Optional.of(new EmbeddedPostgresServer());
  }
}

package io.servicegroup.thirdparty;

import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.MemoryDocuments;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.config.Key;
import io.servicegroup.config.KeyTypes;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.servicegroup.model.Fault;
import io.servicegroup.model.MemberId;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A technology that no class of ours knows: this class and its backend, and a line in a service
 * file. Members and beats are in the memory of one process.
 */
public final class MemoryTechnology implements Technology {

  private static final Key<String> ROOM =
      Key.of("room", KeyTypes.word(), "which of several memories").orElse("first").asPlace();

  private static final Map<DocumentStore.Key, DocumentStore.Document> DOCUMENTS =
      MemoryDocuments.shared();

  /** Made by the service loader. */
  public MemoryTechnology() {}

  @Override
  public List<String> names() {
    return List.of("memory");
  }

  @Override
  public int defaultPort() {
    return 7;
  }

  @Override
  public List<Key<?>> options() {
    return List.of(ROOM, TIMEOUT);
  }

  @Override
  public List<String> faults(BackendUri uri) {
    return uri.user() == null ? List.of() : List.of("memory asks nobody for a password");
  }

  @Override
  public Optional<Fault> refusal(BackendUri uri, MemberId id) {
    return id.host().equals("forgotten")
        ? Optional.of(new Fault("host", id.host(), "is a name that memory keeps"))
        : Optional.empty();
  }

  @Override
  public LivenessBackend liveness(Vertx vertx, LivenessSettings settings) {
    return new MemoryBackend(settings.uri().get(ROOM));
  }

  @Override
  public ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings) {
    return new DocumentCatalog(vertx, new MemoryDocuments(DOCUMENTS), Clock.systemUTC());
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- Memory has no tables.";
  }
}

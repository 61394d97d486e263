package io.servicegroup.backend;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.Scheme;
import io.servicegroup.liveness.LivenessBackend;
import io.servicegroup.liveness.LivenessSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;

/**
 * The one door of a technology: what its URIs may say ({@link Scheme}), and how what they name
 * keeps beats and members. A technology is one folder with one public class that implements this,
 * named in {@code META-INF/services/io.servicegroup.config.Scheme}; nothing else of ours knows it.
 * A third party's jar adds one in the same way.
 *
 * <p>Keeps no state. May be used on any thread, except where a method says otherwise.
 */
public interface Technology extends Scheme {

  /**
   * The technology of a scheme.
   *
   * @param scheme of a URI
   * @return its door
   * @throws IllegalArgumentException where the class that the service file names declares URIs and
   *     nothing else
   */
  static Technology of(Scheme scheme) {
    if (scheme instanceof Technology technology) {
      return technology;
    }
    throw new IllegalArgumentException(
        "%s is no technology that can be used: its class %s implements Scheme, not Technology"
            .formatted(scheme.text(), scheme.getClass().getName()));
  }

  /**
   * Makes the keeper of beats that a backend's URI names. Called once a backend, on the context
   * that is going to use it.
   *
   * @param vertx for its connections
   * @param settings what it is to do, and where
   * @return a backend that is not open yet
   */
  LivenessBackend liveness(Vertx vertx, LivenessSettings settings);

  /**
   * Makes the catalogue that {@code catalog.uri} names.
   *
   * @param vertx for its connections
   * @param settings {@code catalog}
   * @return a catalogue that is not open yet
   */
  ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings);

  /**
   * Makes a catalogue for a process that comes and goes, as {@code migrate} does: nothing is ever
   * kept in it, and with {@code catalog.create_tables: none} it leaves no trace where it only
   * reads.
   *
   * @param vertx for its connections
   * @param settings {@code catalog}
   * @return a catalogue that is not open yet
   */
  default ServiceCatalog visit(Vertx vertx, AgentConfig.Catalog settings) {
    return catalog(vertx, settings);
  }

  /**
   * Makes what keepers of beats need that lives in the catalogue's database, before one of them is
   * opened. May be called again.
   *
   * @param vertx for connections, which are closed again
   * @param settings {@code catalog}
   * @return fails where it cannot be made; at once where nothing is needed
   */
  default Future<Void> prepare(Vertx vertx, AgentConfig.Catalog settings) {
    return Future.succeededFuture();
  }

  /**
   * The statements that make the tables, for a DBA to read and run.
   *
   * @param settings {@code catalog}
   * @return SQL, or an explanation as comments where the technology needs none
   */
  String schema(AgentConfig.Catalog settings);

  /**
   * Makes what starts the server that such a URI stands for, and tells where it is.
   *
   * @return a server that is not started; empty where the server is somebody else's
   */
  default Optional<EmbeddedServer> server() {
    return Optional.empty();
  }
}

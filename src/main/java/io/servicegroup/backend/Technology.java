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
 * The single public class of a technology: it declares what its URIs may contain ({@link Scheme})
 * and creates its liveness backend and its catalogue. A technology is one folder; its class is
 * named in {@code META-INF/services/io.servicegroup.config.Scheme}, and no other code of ours
 * refers to it. A third party's jar adds a technology in the same way.
 *
 * <p>Stateless. May be called on any thread, except where a method says otherwise.
 */
public interface Technology extends Scheme {

  /**
   * The technology of a scheme.
   *
   * @param scheme of a URI
   * @return its technology
   * @throws IllegalArgumentException where the class in the service file declares URIs only
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
   * Creates the liveness backend that a URI names. Called once for each backend, on the context
   * that is going to use it.
   *
   * @param vertx for its connections
   * @param settings its URI, intervals and watch
   * @return a backend that is not open yet
   */
  LivenessBackend liveness(Vertx vertx, LivenessSettings settings);

  /**
   * Creates the catalogue that {@code catalog.uri} names. Called on the context on which the
   * catalogue is used afterwards, and on no other: it needs no locks.
   *
   * @param vertx for its connections
   * @param settings {@code catalog}
   * @return a catalogue that is not open yet
   */
  ServiceCatalog catalog(Vertx vertx, AgentConfig.Catalog settings);

  /**
   * Creates a catalogue for a short-lived process such as the command {@code migrate}. The process
   * must not become the place where data is stored, and with {@code catalog.create_tables: none} a
   * catalogue that is only read creates nothing in the store.
   *
   * @param vertx for its connections
   * @param settings {@code catalog}
   * @return a catalogue that is not open yet
   */
  default ServiceCatalog visit(Vertx vertx, AgentConfig.Catalog settings) {
    return catalog(vertx, settings);
  }

  /**
   * Creates what liveness backends need in the catalogue's database, before the first of them is
   * opened. May be called again.
   *
   * @param vertx for connections, which are closed before the future completes
   * @param settings {@code catalog}
   * @return fails where it cannot be created; completes at once where nothing is needed
   */
  default Future<Void> prepare(Vertx vertx, AgentConfig.Catalog settings) {
    return Future.succeededFuture();
  }

  /**
   * The statements that create the tables, for a DBA to read and run.
   *
   * @param settings {@code catalog}
   * @return SQL; where the technology has no tables, comments that say so
   */
  String schema(AgentConfig.Catalog settings);

  /**
   * Creates the server that a URI of this technology stands for, where the agent itself runs it.
   *
   * @return a server that is not started yet; empty where the technology's servers are not run by
   *     agents
   */
  default Optional<EmbeddedServer> server() {
    return Optional.empty();
  }
}

package io.servicegroup.agent;

import io.servicegroup.backend.EmbeddedServer;
import io.servicegroup.backend.Technology;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Function;

/** Opens the catalogues that a command works on, with the embedded servers that they need. */
final class CommandCatalogs {

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Duration startTimeout;
  private final StartedParts parts = new StartedParts();

  CommandCatalogs(Vertx vertx, Duration startTimeout) {
    this.vertx = vertx;
    this.startTimeout = startTimeout;
  }

  /** Opens a catalogue; fails with a {@link StartException} that names the option. */
  Future<ServiceCatalog> open(String option, AgentConfig.Catalog settings) {
    return server(option, settings.uri())
        .compose(
            uri -> {
              Technology technology = Technology.of(uri.scheme());
              return new FirstContact(vertx, option, uri.toString(), startTimeout, () -> false)
                  .reach(
                      () -> {
                        ServiceCatalog catalog =
                            technology.visit(
                                vertx, new AgentConfig.Catalog(uri, settings.createTables()));
                        return catalog
                            .open()
                            .map(catalog)
                            .onSuccess(opened -> parts.add("The catalogue " + uri, catalog::close))
                            .recover(
                                failure ->
                                    catalog
                                        .close()
                                        .compose(closed -> Future.failedFuture(failure)));
                      });
            });
  }

  private Future<BackendUri> server(String option, BackendUri uri) {
    return Technology.of(uri.scheme())
        .server()
        .map(start(option, uri))
        .orElseGet(() -> Future.succeededFuture(uri));
  }

  private Function<EmbeddedServer, Future<BackendUri>> start(String option, BackendUri uri) {
    return server -> {
      parts.add("The embedded server " + uri, server::stop);
      return server
          .start(vertx, uri)
          .recover(
              failure ->
                  Future.failedFuture(StartException.of(failure, option, "cannot start " + uri)));
    };
  }

  /**
   * Closes all catalogues and servers after a command's work.
   *
   * @return the result of the work, when everything is closed
   */
  <T> Future<T> closeAfter(Future<T> work) {
    return work.transform(done -> parts.stop(STOP_TIMEOUT).transform(closed -> work));
  }
}

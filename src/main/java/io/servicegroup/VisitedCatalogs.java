package io.servicegroup;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.EmbeddedServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Function;

/** The catalogues that a command works on, with the servers that have to be started for them. */
final class VisitedCatalogs {

  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Duration startTimeout;
  private final Parts parts = new Parts();

  VisitedCatalogs(Vertx vertx, Duration startTimeout) {
    this.vertx = vertx;
    this.startTimeout = startTimeout;
  }

  /** Opens one; fails with a {@link StartException} that names the option. */
  Future<ServiceCatalog> open(String option, AgentConfig.Catalog settings) {
    return server(option, settings.uri())
        .compose(
            uri -> {
              ServiceCatalogFactory factory =
                  Components.create(uri.scheme().catalogFactory(), ServiceCatalogFactory.class);
              return new FirstContact(vertx, option, uri.toString(), startTimeout, () -> false)
                  .reach(
                      () -> {
                        ServiceCatalog catalog =
                            factory.visit(
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
    return uri.scheme()
        .embeddedServer()
        .map(start(option, uri))
        .orElseGet(() -> Future.succeededFuture(uri));
  }

  private Function<String, Future<BackendUri>> start(String option, BackendUri uri) {
    return name -> {
      EmbeddedServer server = Components.create(name, EmbeddedServer.class);
      parts.add("The embedded server " + uri, server::stop);
      return server
          .start(vertx, uri)
          .recover(
              failure ->
                  Future.failedFuture(StartException.of(failure, option, "cannot start " + uri)));
    };
  }

  /** Closes all; never fails. */
  Future<Void> close() {
    return parts.stop(STOP_TIMEOUT).otherwiseEmpty().mapEmpty();
  }
}

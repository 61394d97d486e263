package io.servicegroup.backend.postgres;

import io.servicegroup.bus.Concerns;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

/** The catalogue in PostgreSQL: Nova's {@code services} table and our own beside it. */
public final class PostgresCatalogFactory implements ServiceCatalogFactory {

  /** Made by reflection, as {@code Scheme} names it. */
  public PostgresCatalogFactory() {}

  @Override
  public ServiceCatalog create(Vertx vertx, AgentConfig.Catalog settings) {
    return new PostgresCatalog(vertx, settings, Concerns.ofCatalog(vertx));
  }

  @Override
  public Future<Void> prepare(Vertx vertx, AgentConfig.Catalog settings) {
    Promise<Void> made = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(
            now -> {
              ServiceCatalog catalog = create(vertx, settings);
              catalog.open().eventually(catalog::close).onComplete(made);
            });
    return made.future();
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return PostgresScripts.script(settings.createTables());
  }
}

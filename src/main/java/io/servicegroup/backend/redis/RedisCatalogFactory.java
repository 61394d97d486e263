package io.servicegroup.backend.redis;

import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.vertx.core.Vertx;
import java.time.Clock;

/** The catalogue in Redis: a hash with one document a member. */
public final class RedisCatalogFactory implements ServiceCatalogFactory {

  /** Made by reflection, as {@code Scheme} names it. */
  public RedisCatalogFactory() {}

  @Override
  public ServiceCatalog create(Vertx vertx, AgentConfig.Catalog settings) {
    DocumentStore store = new RedisDocuments(vertx, settings.uri());
    return new DocumentCatalog(vertx, store, Clock.systemUTC());
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- Redis has no tables: the agent needs no preparation.";
  }
}

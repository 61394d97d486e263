package io.servicegroup.backend.memcached;

import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * The catalogue in memcached: an item a member, and its names in an index. memcached may lose any
 * of it at any time; the agents that remember a member restore it.
 */
public final class MemcachedCatalogFactory implements ServiceCatalogFactory {

  /** Made by reflection, as {@code Scheme} names it. */
  public MemcachedCatalogFactory() {}

  @Override
  public ServiceCatalog create(Vertx vertx, AgentConfig.Catalog settings) {
    DocumentStore store = new MemcachedDocuments(vertx, settings.uri());
    return new DocumentCatalog(vertx, store, Clock.systemUTC());
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- memcached has no tables: the agent needs no preparation.";
  }
}

package io.servicegroup.backend.hazelcast;

import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * The catalogue in a Hazelcast cluster: maps with one document a member. They are in the memory of
 * the cluster's members and nowhere else: when the last of these stops, the catalogue is gone, and
 * what comes back is what the agents that live join again.
 */
public final class HazelcastCatalogFactory implements ServiceCatalogFactory {

  /** Made by reflection, as {@code Scheme} names it. */
  public HazelcastCatalogFactory() {}

  @Override
  public ServiceCatalog create(Vertx vertx, AgentConfig.Catalog settings) {
    DocumentStore store = new HazelcastDocuments(vertx, settings.uri());
    return new DocumentCatalog(vertx, store, Clock.systemUTC());
  }

  /** As a client: what a member alone in its cluster keeps would end with the process. */
  @Override
  public ServiceCatalog visit(Vertx vertx, AgentConfig.Catalog settings) {
    BackendUri client = HazelcastConfigs.asClient(settings.uri());
    return create(vertx, new AgentConfig.Catalog(client, settings.createTables()));
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- Hazelcast has no tables: the agent needs no preparation.";
  }
}

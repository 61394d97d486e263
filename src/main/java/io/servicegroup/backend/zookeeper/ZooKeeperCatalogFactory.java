package io.servicegroup.backend.zookeeper;

import io.servicegroup.catalog.DocumentCatalog;
import io.servicegroup.catalog.DocumentStore;
import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogFactory;
import io.servicegroup.config.AgentConfig;
import io.vertx.core.Vertx;
import java.time.Clock;

/** The catalogue in ZooKeeper: a node that stays for each member. */
public final class ZooKeeperCatalogFactory implements ServiceCatalogFactory {

  /** Made by reflection, as {@code Scheme} names it. */
  public ZooKeeperCatalogFactory() {}

  @Override
  public ServiceCatalog create(Vertx vertx, AgentConfig.Catalog settings) {
    return catalog(vertx, new ZooKeeperDocuments(vertx, settings.uri(), true));
  }

  @Override
  public ServiceCatalog visit(Vertx vertx, AgentConfig.Catalog settings) {
    boolean writing = settings.createTables() != AgentConfig.CreateTables.NONE;
    return catalog(vertx, new ZooKeeperDocuments(vertx, settings.uri(), writing));
  }

  private static ServiceCatalog catalog(Vertx vertx, DocumentStore store) {
    return new DocumentCatalog(vertx, store, Clock.systemUTC());
  }

  @Override
  public String schema(AgentConfig.Catalog settings) {
    return "-- ZooKeeper has no tables: the agent makes the nodes that it needs.";
  }
}

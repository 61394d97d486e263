package io.servicegroup.catalog;

import io.servicegroup.config.AgentConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * Makes the catalogue of one technology. Named by {@code Scheme}; has a public constructor without
 * parameters.
 */
public interface ServiceCatalogFactory {

  /**
   * Makes a catalogue that is not open yet.
   *
   * @param vertx for its connections
   * @param settings {@code catalog}
   * @return the catalogue
   */
  ServiceCatalog create(Vertx vertx, AgentConfig.Catalog settings);

  /**
   * Makes a catalogue for a process that comes and goes, as {@code migrate} does: nothing is ever
   * kept in it, and with {@code catalog.create_tables: none} it leaves no trace where it only
   * reads.
   *
   * @param vertx for its connections
   * @param settings {@code catalog}
   * @return the catalogue
   */
  default ServiceCatalog visit(Vertx vertx, AgentConfig.Catalog settings) {
    return create(vertx, settings);
  }

  /**
   * Makes what a liveness verticle needs that lives in the catalogue's database. May be called
   * again; on any thread.
   *
   * @param vertx for connections, which are closed again
   * @param settings {@code catalog}
   * @return fails where it cannot be made; at once where there are no tables
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
}

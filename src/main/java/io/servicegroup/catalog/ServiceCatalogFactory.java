package io.servicegroup.catalog;

import io.servicegroup.config.AgentConfig;
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
   * The statements that make the tables, for a DBA to read and run.
   *
   * @param settings {@code catalog}
   * @return SQL, or an explanation as comments where the technology needs none
   */
  String schema(AgentConfig.Catalog settings);
}

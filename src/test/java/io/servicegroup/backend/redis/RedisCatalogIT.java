package io.servicegroup.backend.redis;

import io.servicegroup.catalog.ServiceCatalog;
import io.servicegroup.catalog.ServiceCatalogContract;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.config.BackendUri;
import io.servicegroup.testkit.RedisServer;
import io.vertx.core.Vertx;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The catalogue in Redis. */
class RedisCatalogIT extends ServiceCatalogContract {

  private static RedisServer server;

  @BeforeAll
  static void startServer() {
    server = RedisServer.create();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void emptyServer() {
    server.kill();
    server.startEmpty();
  }

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    BackendUri uri = BackendUri.parse(server.uri(server.port()));
    return new RedisCatalogFactory()
        .create(vertx, new AgentConfig.Catalog(uri, AgentConfig.CreateTables.ALL));
  }
}

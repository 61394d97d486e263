package io.servicegroup.catalog;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;

/** Tests that the catalogue in memory, which other tests use, behaves as the real ones do. */
class MemoryCatalogTest extends ServiceCatalogContract {

  private final MemoryCatalog.Store store = new MemoryCatalog.Store();

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    return new MemoryCatalog(vertx, store, false);
  }

  /** The catalogue in memory has no clock. */
  @Override
  protected Optional<ServiceCatalog> createLater(Vertx vertx, Duration by) {
    return Optional.empty();
  }
}

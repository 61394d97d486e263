package io.servicegroup.catalog;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;

/** The catalogue that other tests stand on behaves as the real ones. */
class MemoryCatalogTest extends ServiceCatalogContract {

  private final MemoryCatalog.Store store = new MemoryCatalog.Store();

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    return new MemoryCatalog(vertx, store, false);
  }

  /** It knows no time. */
  @Override
  protected Optional<ServiceCatalog> createLater(Vertx vertx, Duration by) {
    return Optional.empty();
  }
}

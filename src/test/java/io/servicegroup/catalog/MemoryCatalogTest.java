package io.servicegroup.catalog;

import io.vertx.core.Vertx;

/** The catalogue that other tests stand on behaves as the real ones. */
class MemoryCatalogTest extends ServiceCatalogContract {

  private final MemoryCatalog.Store store = new MemoryCatalog.Store();

  @Override
  protected ServiceCatalog create(Vertx vertx) {
    return new MemoryCatalog(vertx, store, true);
  }
}

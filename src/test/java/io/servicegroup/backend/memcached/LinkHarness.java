package io.servicegroup.backend.memcached;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.Rest;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A link as its owners use it: always on one context. */
final class LinkHarness implements AutoCloseable {

  private final Context context;
  private final MemcachedConnector connector;
  private final MemcachedLink link;

  LinkHarness(Vertx vertx, String uri, Duration bound) {
    context = vertx.getOrCreateContext();
    connector = new MemcachedConnector(vertx);
    BackendUri.Host host = BackendUri.parse(uri).hosts().get(0);
    link = new MemcachedLink(connector, host, () -> bound, Rest.upTo(Duration.ofSeconds(1)));
  }

  <T> Future<T> start(Function<MemcachedLink, Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(nothing -> work.apply(link).onComplete(done));
    return done.future();
  }

  <T> T run(Function<MemcachedLink, Future<T>> work) {
    return MemcachedHarness.await(start(work));
  }

  Map<String, MemcachedItem> get(String... keys) {
    return run(link -> link.get(List.of(keys)));
  }

  void set(String key, byte[] value) {
    run(link -> link.set(Map.of(key, value), 60));
  }

  @Override
  public void close() {
    run(
        link -> {
          link.close();
          return connector.close();
        });
  }
}

package io.servicegroup.backend.memcached;

import static io.servicegroup.testkit.Eventually.await;

import io.servicegroup.config.BackendUri;
import io.servicegroup.runtime.ReconnectPause;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A client as its owners use it: always on one context. */
final class MemcachedClientHarness implements AutoCloseable {

  private final Context context;
  private final MemcachedConnector connector;
  private final MemcachedClient client;

  MemcachedClientHarness(Vertx vertx, String uri, Duration bound) {
    context = vertx.getOrCreateContext();
    BackendUri server = BackendUri.parse(uri);
    connector = new MemcachedConnector(vertx, server);
    client =
        new MemcachedClient(
            connector,
            server.hosts().get(0),
            () -> bound,
            ReconnectPause.upTo(Duration.ofSeconds(1)));
  }

  <T> Future<T> start(Function<MemcachedClient, Future<T>> work) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        nothing -> Future.succeededFuture().compose(now -> work.apply(client)).onComplete(done));
    return done.future();
  }

  <T> T run(Function<MemcachedClient, Future<T>> work) {
    return await(start(work));
  }

  Map<String, MemcachedItem> get(String... keys) {
    return run(client -> client.get(List.of(keys)));
  }

  void set(String key, byte[] value) {
    run(client -> client.set(Map.of(key, value), 60));
  }

  @Override
  public void close() {
    run(
        client -> {
          client.close();
          return connector.close();
        });
  }
}

package io.servicegroup.backend.redis;

import io.servicegroup.config.BackendUri.Host;
import io.vertx.core.Future;
import io.vertx.core.VertxException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * One connection to the master, made when it is needed. Everything is bounded; a connection on
 * which something failed or ran out of time is closed and not used again. To be used on one
 * context.
 */
final class RedisClient {

  private final RedisConnector connector;
  private final Duration timeout;
  private RedisLink link;
  private Future<RedisLink> connecting;
  private boolean closed;

  RedisClient(RedisConnector connector, Duration timeout) {
    this.connector = connector;
    this.timeout = timeout;
  }

  /** Does something on the connection; fails where there is none, or the time ran out. */
  <T> Future<T> run(Function<RedisLink, Future<T>> work) {
    return run(timeout, work);
  }

  /** As {@link #run(Function)}, with a bound of its own. */
  <T> Future<T> run(Duration bound, Function<RedisLink, Future<T>> work) {
    if (closed) {
      return Future.failedFuture(new VertxException("the connection to Redis was closed", true));
    }
    long started = System.nanoTime();
    Future<RedisLink> ready =
        link == null || link.isClosed() ? connected(bound) : Future.succeededFuture(link);
    return ready.compose(
        open ->
            within(bound, started, open, work)
                .onSuccess(done -> connector.rest().succeeded())
                .onFailure(connector.rest()::late));
  }

  /** Those who come while it is being made wait for the one connection. */
  private Future<RedisLink> connected(Duration bound) {
    if (connecting == null || connecting.isComplete()) {
      if (!connector.rest().left().isZero()) {
        return Future.failedFuture(connector.rest().why());
      }
      connecting = connector.connect(bound).compose(this::keep).onFailure(connector.rest()::failed);
    }
    return connecting;
  }

  private Future<RedisLink> keep(RedisLink opened) {
    if (closed) {
      return opened.close().compose(done -> Future.failedFuture("the connection was closed"));
    }
    if (link != null && link != opened) {
      link.close();
    }
    link = opened;
    return Future.succeededFuture(opened);
  }

  /** Does something in what is left of the bound; closes the connection where it fails. */
  static <T> Future<T> within(
      Duration bound, long started, RedisLink link, Function<RedisLink, Future<T>> work) {
    long left = bound.toMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    return Future.succeededFuture(link)
        .compose(work)
        .timeout(Math.max(1, left), TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              link.close();
              return Future.failedFuture(
                  failure instanceof TimeoutException ? link.late(bound) : failure);
            });
  }

  /** The server that it is connected to; null where there is none. */
  Host host() {
    return link == null ? null : link.host();
  }

  /** Lets go of a server that is not the master any more. */
  void keepOnly(Host master) {
    if (link != null && !link.host().equals(master)) {
      link.close();
      link = null;
    }
  }

  /** Closes the connection, which does not answer; another is made when it is needed. */
  void drop() {
    if (link != null) {
      link.close();
      link = null;
    }
  }

  /** Never fails. */
  Future<Void> close() {
    closed = true;
    return link == null ? Future.succeededFuture() : link.close();
  }
}

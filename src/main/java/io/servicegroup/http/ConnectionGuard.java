package io.servicegroup.http;

import io.servicegroup.runtime.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Closes connections that send their requests too slowly. An idle timeout does not catch them,
 * because each byte that arrives restarts it.
 */
final class ConnectionGuard {

  /**
   * For how long a connection may have no request, and for how long a request may be incomplete.
   */
  record Limits(Duration idle, Duration request) {
    static final Limits DEFAULT = new Limits(Duration.ofSeconds(60), Duration.ofSeconds(10));
  }

  private static final class Watched {
    private long since = System.nanoTime();
    private boolean hadNoRequest = true;
    private HttpServerRequest request;
  }

  private final Limits limits;
  private final Ticker ticker;
  private final Map<HttpConnection, Watched> connections = new HashMap<>();

  ConnectionGuard(Vertx vertx, Limits limits) {
    this.limits = limits;
    Duration interval = limits.request().dividedBy(5);
    this.ticker =
        Ticker.start(vertx, "closing slow connections", interval, interval, this::closeSlow);
  }

  void connected(HttpConnection connection) {
    connections.put(connection, new Watched());
    connection.closeHandler(closed -> connections.remove(connection));
  }

  void requestBegan(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    Watched watched = connections.get(request.connection());
    if (watched == null) {
      // The connection was closed meanwhile.
      return;
    }
    watched.request = request;
    watched.hadNoRequest = false;
    watched.since = System.nanoTime();
    ctx.addEndHandler(
        ended -> {
          watched.request = null;
          watched.since = System.nanoTime();
        });
    ctx.next();
  }

  private Future<?> closeSlow() {
    long now = System.nanoTime();
    connections.entrySet().stream()
        .filter(entry -> isTooSlow(entry.getValue(), now - entry.getValue().since))
        .toList()
        .forEach(entry -> close(entry.getKey(), entry.getValue().request));
    return Future.succeededFuture();
  }

  private boolean isTooSlow(Watched watched, long nanos) {
    if (watched.request != null) {
      return !watched.request.isEnded() && nanos > limits.request().toNanos();
    }
    return nanos > (watched.hadNoRequest ? limits.request() : limits.idle()).toNanos();
  }

  private static void close(HttpConnection connection, HttpServerRequest request) {
    if (request != null && !request.response().headWritten()) {
      request.response().putHeader("Connection", "close");
      Problem.send(request, 408, null);
    }
    connection.close();
  }

  Future<Void> stop() {
    return ticker.stop();
  }
}

package io.servicegroup.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A method of a path, with the keys that its query may have and the handler that answers it. It is
 * stored in its route, so that a test can compare all operations with {@code openapi.yaml}.
 *
 * @param method the method; GET serves HEAD too
 * @param query the keys that a query may have; others are refused. Empty where every query is
 *     accepted and ignored
 * @param answer answers a request, given its query
 */
record Operation(
    HttpMethod method, Optional<List<String>> query, BiConsumer<RoutingContext, Query> answer)
    implements Handler<RoutingContext> {

  private static final String METADATA = "operation";

  /** Makes an operation that accepts no query. */
  static Operation of(HttpMethod method, Handler<RoutingContext> answer) {
    return new Operation(method, Optional.of(List.of()), (ctx, query) -> answer.handle(ctx));
  }

  /** Makes a GET operation that accepts no query. */
  static Operation get(Handler<RoutingContext> answer) {
    return of(HttpMethod.GET, answer);
  }

  /** Makes a GET operation whose query may have these keys. */
  static Operation get(BiConsumer<RoutingContext, Query> answer, String... keys) {
    return new Operation(HttpMethod.GET, Optional.of(List.of(keys)), answer);
  }

  /** Makes a GET operation that accepts and ignores every query. */
  static Operation getWithAnyQuery(Handler<RoutingContext> answer) {
    return new Operation(HttpMethod.GET, Optional.empty(), (ctx, query) -> answer.handle(ctx));
  }

  @Override
  public void handle(RoutingContext ctx) {
    answer.accept(ctx, query.map(keys -> new Query(ctx, keys)).orElse(null));
  }

  /** Stores this operation in the route that serves it. */
  Route on(Route route) {
    return route.putMetadata(METADATA, this);
  }

  /**
   * Reads the operation of a route; empty for a route without one, such as one that refuses other
   * methods.
   */
  static Optional<Operation> of(Route route) {
    return Optional.ofNullable(route.getMetadata(METADATA));
  }
}

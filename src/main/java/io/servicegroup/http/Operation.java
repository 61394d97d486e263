package io.servicegroup.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * A method of a path: which keys its query may have, and who answers it. It stays with its route,
 * so that all that is served can be listed and held against {@code openapi.yaml}.
 *
 * @param method the method; GET serves HEAD too
 * @param query the keys that its query may have, which refuses others; empty where any query is
 *     ignored
 * @param answer takes the request and its query
 */
record Operation(
    HttpMethod method, Optional<List<String>> query, BiConsumer<RoutingContext, Query> answer)
    implements Handler<RoutingContext> {

  private static final String METADATA = "operation";

  /** A method that takes no query. */
  static Operation of(HttpMethod method, Handler<RoutingContext> answer) {
    return new Operation(method, Optional.of(List.of()), (ctx, query) -> answer.handle(ctx));
  }

  /** A GET that takes no query. */
  static Operation get(Handler<RoutingContext> answer) {
    return of(HttpMethod.GET, answer);
  }

  /** A GET whose query may have these keys. */
  static Operation get(BiConsumer<RoutingContext, Query> answer, String... keys) {
    return new Operation(HttpMethod.GET, Optional.of(List.of(keys)), answer);
  }

  /** A GET that is answered alike whatever its query says. */
  static Operation getWithAnyQuery(Handler<RoutingContext> answer) {
    return new Operation(HttpMethod.GET, Optional.empty(), (ctx, query) -> answer.handle(ctx));
  }

  @Override
  public void handle(RoutingContext ctx) {
    answer.accept(ctx, query.map(keys -> new Query(ctx, keys)).orElse(null));
  }

  /** Keeps it with the route that serves it. */
  Route on(Route route) {
    return route.putMetadata(METADATA, this);
  }

  /** What a route serves; empty for what routes do besides, such as refusing other methods. */
  static Optional<Operation> of(Route route) {
    return Optional.ofNullable(route.getMetadata(METADATA));
  }
}

package io.servicegroup.http;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Mounts the paths of the API, reads the names in a path, and sends JSON answers. */
final class Api {

  private final Router router;
  private final WriteAccess access;

  Api(Router router, WriteAccess access) {
    this.router = router;
    this.access = access;
  }

  /**
   * Serves a path. GET serves HEAD too. Every other method is a write and has to pass {@link
   * WriteAccess}. Methods that are not served are refused with 405 and a list of those that are.
   *
   * @param path the path, with parameters as {@code :group}
   * @param operations one for each method
   */
  void serve(String path, Operation... operations) {
    serve(path, new AbandonedWriteFilter(), operations);
  }

  /**
   * Serves the beats of services. A beat counts although its client did not wait for the answer.
   */
  void serveBeats(String path, Operation beat) {
    serve(path, RoutingContext::next, beat);
  }

  private void serve(String path, Handler<RoutingContext> filter, Operation... operations) {
    Set<String> allowed = new TreeSet<>(Set.of("OPTIONS"));
    for (Operation operation : operations) {
      allowed.add(operation.method().name());
      if (operation.method() == HttpMethod.GET) {
        allowed.add("HEAD");
        operation.on(router.get(path)).handler(operation);
        router.head(path).handler(operation);
      } else {
        operation
            .on(router.route(operation.method(), path))
            .handler(access)
            .handler(new JsonBody())
            .handler(filter)
            .handler(operation);
      }
    }
    String allow = String.join(", ", allowed);
    router
        .options(path)
        .handler(ctx -> ctx.response().putHeader("Allow", allow).setStatusCode(204).end());
    refuseOthers(path, allow);
  }

  /**
   * Serves a path for GET, HEAD and OPTIONS alike. Load balancers use any of the three for their
   * health checks (HAProxy's default is OPTIONS), and evaluate the status code only.
   *
   * @param path the path, with parameters as {@code :group}
   * @param operation answers all three methods
   */
  void serveAlike(String path, Operation operation) {
    String allow = "GET, HEAD, OPTIONS";
    operation.on(router.get(path)).handler(operation);
    router.head(path).handler(operation);
    router
        .options(path)
        .handler(
            ctx -> {
              ctx.response().putHeader("Allow", allow);
              operation.handle(ctx);
            });
    refuseOthers(path, allow);
  }

  /** Lists the paths that GET serves, with parameters as {@code {group}}. */
  List<String> links() {
    return router.getRoutes().stream()
        .filter(
            route -> Operation.of(route).filter(op -> op.method() == HttpMethod.GET).isPresent())
        .map(route -> template(route.getPath()))
        .sorted()
        .toList();
  }

  /** Writes a path in the form that {@code openapi.yaml} uses. */
  static String template(String path) {
    return path.replaceAll(":([a-z]+)", "{$1}");
  }

  private void refuseOthers(String path, String allow) {
    router
        .route(path)
        .handler(
            ctx -> {
              ctx.response().putHeader("Allow", allow);
              Problem.send(ctx.request(), 405, "allowed here are " + allow);
            });
  }

  /**
   * Reads the member that a path names.
   *
   * @param ctx the request, with the parameters {@code group} and {@code host}
   * @return the member
   * @throws ServiceGroupException where no member can have such a name
   */
  static MemberId member(RoutingContext ctx) {
    try {
      return new MemberId(ctx.pathParam("group"), ctx.pathParam("host"));
    } catch (IllegalArgumentException e) {
      throw new ServiceGroupException(Refusal.INVALID, e.getMessage());
    }
  }

  /**
   * Reads the group that a path names.
   *
   * @param ctx the request, with the parameter {@code group}
   * @return the group
   * @throws ServiceGroupException where no group can have such a name
   */
  static String group(RoutingContext ctx) {
    try {
      return MemberId.requireAddressable("group", ctx.pathParam("group"));
    } catch (IllegalArgumentException e) {
      throw new ServiceGroupException(Refusal.INVALID, e.getMessage());
    }
  }

  /**
   * Makes the path of a member.
   *
   * @param id the member
   * @return the path, percent-encoded
   */
  static String path(MemberId id) {
    return "/v1/groups/" + segment(id.group()) + "/members/" + segment(id.host());
  }

  private static String segment(String name) {
    StringBuilder encoded = new StringBuilder();
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      boolean plain = Character.isLetterOrDigit(octet) && octet > 0 || "-._~".indexOf(octet) >= 0;
      encoded.append(plain ? String.valueOf((char) octet) : String.format("%%%02X", octet));
    }
    return encoded.toString();
  }

  /**
   * Adds the security headers to every answer: a browser is to trust the content type and to embed
   * the answer in no frame. Refuses a path that is not percent-encoded correctly.
   */
  static void harden(RoutingContext ctx) {
    ctx.response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    try {
      // Throws for a path that is not percent-encoded correctly, for which no route can be found.
      ctx.normalizedPath();
    } catch (IllegalArgumentException e) {
      Problem.send(
          ctx.request(),
          400,
          "the path is not percent-encoded: a % is followed by two hexadecimal digits of"
              + " UTF-8, and is itself written %25");
      return;
    }
    ctx.next();
  }

  /** Answers with JSON. */
  static void json(RoutingContext ctx, int status, JsonObject body) {
    jsonHead(ctx, status).end(body.toBuffer());
  }

  /** Sets the status and the headers that every JSON answer has. */
  static HttpServerResponse jsonHead(RoutingContext ctx, int status) {
    return ctx.response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store");
  }

  /** Answers with JSON once it is available, or with a problem document where it failed. */
  static void json(RoutingContext ctx, Future<JsonObject> body) {
    answer(ctx, body, found -> json(ctx, 200, found));
  }

  /**
   * Answers once a result is available. Sends a problem document where the result failed, or where
   * the handler that answers threw.
   */
  static <T> void answer(RoutingContext ctx, Future<T> result, Handler<T> answer) {
    result
        .map(
            available -> {
              answer.handle(available);
              return available;
            })
        .onFailure(ctx::fail);
  }
}

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

/** What the sections of the API share: methods of a path, names in it, and JSON answers. */
final class Api {

  private final Router router;
  private final Access access;

  Api(Router router, Access access) {
    this.router = router;
    this.access = access;
  }

  /**
   * Serves a path. GET serves HEAD too; other methods are writes and pass {@link Access}; a method
   * that is not there is answered with those that are.
   *
   * @param path with parameters as {@code :group}
   * @param operations one for each method
   */
  void serve(String path, Operation... operations) {
    serve(path, new Present(), operations);
  }

  /** Serves the beats of services: who does not wait for the answer has beaten all the same. */
  void serveBeats(String path, Operation beat) {
    serve(path, RoutingContext::next, beat);
  }

  private void serve(String path, Handler<RoutingContext> presence, Operation... operations) {
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
            .handler(presence)
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
   * Serves a question that GET, HEAD and OPTIONS ask alike. Balancers choose among the three (that
   * of HAProxy is OPTIONS unless it is told otherwise), and go by nothing but the status.
   *
   * @param path with parameters as {@code :group}
   * @param operation what all of them get
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

  /** The paths that GET serves, with parameters as {@code {group}}. */
  List<String> links() {
    return router.getRoutes().stream()
        .filter(
            route -> Operation.of(route).filter(op -> op.method() == HttpMethod.GET).isPresent())
        .map(route -> template(route.getPath()))
        .sorted()
        .toList();
  }

  /** A path as {@code openapi.yaml} writes it. */
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
   * The member that a path names.
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
   * The group that a path names.
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
   * Where a member is found.
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

  /** What every answer says: a browser is to believe its type, and to put it into no frame. */
  static void harden(RoutingContext ctx) {
    ctx.response()
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    try {
      // Throws for a path that is not percent-encoded rightly, in which no route can be found.
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

  /** What every answer with JSON begins with. */
  static HttpServerResponse jsonHead(RoutingContext ctx, int status) {
    return ctx.response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store");
  }

  /** Answers with JSON once it is there, or with the problem. */
  static void json(RoutingContext ctx, Future<JsonObject> body) {
    answer(ctx, body, found -> json(ctx, 200, found));
  }

  /** Answers once something is there, or with the problem; also where the answer is none. */
  static <T> void answer(RoutingContext ctx, Future<T> found, Handler<T> answer) {
    found
        .map(
            there -> {
              answer.handle(there);
              return there;
            })
        .onFailure(ctx::fail);
  }
}

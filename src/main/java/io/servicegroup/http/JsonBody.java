package io.servicegroup.http;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/**
 * Reads the body of a write. It has to be a JSON object of limited length and depth, without values
 * that some backend could not store.
 */
final class JsonBody implements Handler<RoutingContext> {

  static final int MAX_BYTES = 64 * 1024;

  private static final int MAX_DEPTH = 32;

  private final BodyHandler reader = BodyHandler.create(false).setBodyLimit(MAX_BYTES);

  @Override
  public void handle(RoutingContext ctx) {
    // A page of another site can send a form without the browser asking, but not JSON. So the
    // content type is required for that reason, too.
    if (hasBody(ctx.request()) && !isJson(ctx.request().getHeader("Content-Type"))) {
      Problem.send(ctx.request(), 415, "the body must be JSON: Content-Type: application/json");
    } else {
      reader.handle(ctx);
    }
  }

  private static boolean hasBody(HttpServerRequest request) {
    String length = request.getHeader("Content-Length");
    return request.getHeader("Transfer-Encoding") != null
        || (length != null && !length.trim().equals("0"));
  }

  private static boolean isJson(String contentType) {
    if (contentType == null) {
      return false;
    }
    String type = contentType.split(";", 2)[0].trim();
    return type.equalsIgnoreCase("application/json")
        || type.equalsIgnoreCase("application/merge-patch+json");
  }

  /**
   * Reads the body of a write.
   *
   * @param ctx the request, after this handler
   * @return the object; empty where there is no body
   * @throws ServiceGroupException where it is no JSON object
   */
  static JsonObject of(RoutingContext ctx) {
    Buffer body = ctx.body().buffer();
    if (body == null || body.length() == 0) {
      return new JsonObject();
    }
    Object value;
    try {
      value = Json.decodeValue(body);
    } catch (DecodeException e) {
      throw new ServiceGroupException(Refusal.INVALID, "the body is not JSON");
    }
    if (!(value instanceof JsonObject object)) {
      throw new ServiceGroupException(Refusal.INVALID, "the body must be a JSON object");
    }
    check(object, 0);
    return object;
  }

  /**
   * Reads the body of a write that needs one.
   *
   * @param ctx the request, after this handler
   * @return the object, possibly empty
   * @throws ServiceGroupException where there is none, or it is no JSON object
   */
  static JsonObject required(RoutingContext ctx) {
    if (ctx.body().length() <= 0) {
      throw new ServiceGroupException(Refusal.INVALID, "a JSON object is required as the body");
    }
    return of(ctx);
  }

  private static void check(Object value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new ServiceGroupException(
          Refusal.INVALID, "the body is nested deeper than " + MAX_DEPTH);
    }
    if (value instanceof JsonObject object) {
      object.forEach(
          entry -> {
            check(entry.getKey(), depth + 1);
            check(entry.getValue(), depth + 1);
          });
    } else if (value instanceof JsonArray array) {
      array.forEach(item -> check(item, depth + 1));
    } else if (value instanceof Double number && !Double.isFinite(number)) {
      throw new ServiceGroupException(Refusal.INVALID, "the body has a number that is too great");
    } else if (value instanceof String text && !isStorable(text)) {
      throw new ServiceGroupException(
          Refusal.INVALID, "the body has a text with a NUL or half a character");
    }
  }

  private static boolean isStorable(String text) {
    return text.codePoints()
        .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
  }
}

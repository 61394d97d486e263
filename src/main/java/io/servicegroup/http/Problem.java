package io.servicegroup.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers errors with RFC 9457 problem documents. */
final class Problem {

  private static final Logger LOG = LoggerFactory.getLogger(Problem.class);
  private static final int MAX_INSTANCE = 512;
  private static final Duration LONGEST_REST = Duration.ofSeconds(2);
  private static final Map<Integer, String> DETAILS =
      Map.of(
          400, "the request could not be understood",
          404, "there is nothing at this path; GET / lists what there is",
          408, "the request did not arrive in time",
          413, "the body is longer than " + JsonBody.MAX_BYTES + " bytes",
          414, "the request line is too long",
          431, "the headers are too long");

  private Problem() {}

  /** Answers a request whose handler failed. An unforeseen failure is logged and not shown. */
  static void answer(RoutingContext ctx) {
    Throwable failure = ctx.failure();
    if (failure instanceof ServiceGroupException refusal && refusal.kind() != Refusal.UNFORESEEN) {
      send(ctx.request(), refusal.status(), refusal.getMessage());
    } else if (failure instanceof HttpException http) {
      send(ctx.request(), http.getStatusCode(), null);
    } else if (failure == null || isClientError(ctx.statusCode())) {
      send(ctx.request(), ctx.statusCode(), null);
    } else if (failure instanceof ClosedChannelException
        || failure instanceof HttpClosedException) {
      LOG.debug("{} {} was given up by the client", ctx.request().method(), shown(ctx.request()));
    } else {
      LOG.error("{} {} failed", ctx.request().method(), shown(ctx.request()), failure);
      send(ctx.request(), 500, "this is a fault of the agent; its log says more");
    }
  }

  private static boolean isClientError(int status) {
    return status >= 400 && status < 500;
  }

  /**
   * Sends a problem document.
   *
   * @param request the request that it answers
   * @param status the status code
   * @param detail a sentence, or null for the default sentence of the status
   */
  static void send(HttpServerRequest request, int status, String detail) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      // The client must not take the part that was sent for the whole answer.
      request.connection().close();
      return;
    }
    if (status == 503) {
      response.putHeader("Retry-After", "1");
    }
    if (status == 413) {
      response.putHeader("Connection", "close");
      response.endHandler(sent -> closeOnceReceived(request));
    }
    String title = HttpResponseStatus.valueOf(status).reasonPhrase();
    response
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .putHeader("X-Content-Type-Options", "nosniff")
        .end(
            new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("detail", detail == null ? DETAILS.getOrDefault(status, title) : detail)
                .put("instance", shown(request))
                .toBuffer());
  }

  /**
   * Drops the rest of a body until it has arrived, or the client takes too long, and closes the
   * connection then. A connection that is closed while its client still sends is reset, and the
   * client's write fails before the client has read the answer.
   */
  private static void closeOnceReceived(HttpServerRequest request) {
    Vertx vertx = Vertx.currentContext().owner();
    long timer = vertx.setTimer(LONGEST_REST.toMillis(), late -> request.connection().close());
    request
        .end()
        .onComplete(
            received -> {
              vertx.cancelTimer(timer);
              request.connection().close();
            });
    request.resume();
  }

  /**
   * The path as it was received, percent-encoded, without characters that a URI may not contain.
   */
  private static String shown(HttpServerRequest request) {
    String path = request.path();
    if (path == null) {
      return null;
    }
    String cut = path.length() > MAX_INSTANCE ? path.substring(0, MAX_INSTANCE) : path;
    return cut.replaceAll("[^\\x21-\\x7e]|[<>\"]", "?");
  }
}

package io.servicegroup.http;

import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.http.HttpServerRequest;

/**
 * Answers a request that is not valid HTTP and closes its connection, on which no further request
 * can be read.
 */
final class InvalidRequests {

  private InvalidRequests() {}

  static void answer(HttpServerRequest request) {
    request.response().putHeader("Connection", "close");
    Throwable cause = cause(request.decoderResult());
    if (cause instanceof TooLongHttpLineException) {
      Problem.send(request, 414, null);
    } else if (cause instanceof TooLongHttpHeaderException) {
      Problem.send(request, 431, null);
    } else {
      Problem.send(request, 400, null);
    }
    request.connection().close();
  }

  private static Throwable cause(DecoderResult result) {
    return result == null ? null : result.cause();
  }
}

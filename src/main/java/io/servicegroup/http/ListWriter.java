package io.servicegroup.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Answers with a list. A long one is written piece by piece as fast as the client reads, so that a
 * slow client of a list of megabytes has only one piece of it in a buffer. A short list is written
 * whole, with its length.
 */
final class ListWriter {

  private static final int SHORT_LIST = 100;
  private static final int PIECE_BYTES = 16 * 1024;

  private final RoutingContext ctx;
  private final HttpServerResponse response;
  private final List<?> rest;
  private Buffer piece;
  private int next;

  private ListWriter(RoutingContext ctx, Buffer begun, List<?> rest) {
    this.ctx = ctx;
    this.response = ctx.response();
    this.piece = begun;
    this.rest = rest;
  }

  /**
   * Answers with 200.
   *
   * @param ctx the request
   * @param answer the whole answer; its list is emptied while it is written
   * @param key the field of the answer that has the list
   */
  static void write(RoutingContext ctx, JsonObject answer, String key) {
    JsonArray list = answer.getJsonArray(key);
    if (list.size() <= SHORT_LIST
        || ctx.request().method() == HttpMethod.HEAD
        || ctx.request().version() == HttpVersion.HTTP_1_0) {
      Api.json(ctx, 200, answer);
      return;
    }
    answer.remove(key);
    String head = answer.encode();
    boolean onlyField = answer.isEmpty();
    Buffer begun =
        Buffer.buffer(head.substring(0, head.length() - 1))
            .appendString((onlyField ? "" : ",") + Json.encode(key) + ":[");
    ListWriter writer = new ListWriter(ctx, begun, list.getList());
    Api.jsonHead(ctx, 200).setChunked(true).drainHandler(drained -> writer.writeMore());
    writer.writeMore();
  }

  /**
   * Writes more of the list. Fails the request where that throws: Vert.x would only log an
   * exception from a drain handler, and the answer would never end.
   */
  private void writeMore() {
    try {
      writePieces();
    } catch (RuntimeException e) {
      next = rest.size();
      if (!response.headWritten()) {
        response.setChunked(false);
      }
      // This closes the connection where a part of the answer was written.
      ctx.fail(e);
    }
  }

  private void writePieces() {
    while (next < rest.size()) {
      if (response.closed() || response.writeQueueFull()) {
        return;
      }
      fill();
      if (next < rest.size()) {
        response.write(piece);
        piece = Buffer.buffer(PIECE_BYTES + PIECE_BYTES / 4);
      } else {
        response.end(piece.appendString("]}"));
      }
    }
  }

  private void fill() {
    while (next < rest.size() && piece.length() < PIECE_BYTES) {
      piece.appendString(next == 0 ? "" : ",").appendString(Json.encode(rest.get(next)));
      // An item that is written is released, even while a slow client reads the rest.
      rest.set(next, null);
      next++;
    }
  }
}

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
 * Answers with a long list piece by piece, as its reader takes it: of a list of megabytes only one
 * piece lies in a buffer, however slowly it is read. A short one goes out at once, with its length.
 */
final class ListWriter {

  private static final int SHORT = 100;
  private static final int PIECE = 16 * 1024;

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
   * @param answer all of it; its list is emptied as it is written
   * @param key where the list is in it
   */
  static void write(RoutingContext ctx, JsonObject answer, String key) {
    JsonArray list = answer.getJsonArray(key);
    if (list.size() <= SHORT
        || ctx.request().method() == HttpMethod.HEAD
        || ctx.request().version() == HttpVersion.HTTP_1_0) {
      Api.json(ctx, 200, answer);
      return;
    }
    answer.remove(key);
    String head = answer.encode();
    boolean alone = answer.isEmpty();
    Buffer begun =
        Buffer.buffer(head.substring(0, head.length() - 1))
            .appendString((alone ? "" : ",") + Json.encode(key) + ":[");
    ListWriter writer = new ListWriter(ctx, begun, list.getList());
    Api.jsonHead(ctx, 200).setChunked(true).drainHandler(drained -> writer.writeOn());
    writer.writeOn();
  }

  /** Who throws in a handler of a response is heard by nobody: the answer would never end. */
  private void writeOn() {
    try {
      writePieces();
    } catch (RuntimeException e) {
      next = rest.size();
      if (!response.headWritten()) {
        response.setChunked(false);
      }
      // Ends the connection where a part was written.
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
        piece = Buffer.buffer(PIECE + PIECE / 4);
      } else {
        response.end(piece.appendString("]}"));
      }
    }
  }

  private void fill() {
    while (next < rest.size() && piece.length() < PIECE) {
      piece.appendString(next == 0 ? "" : ",").appendString(Json.encode(rest.get(next)));
      // What is written need not be kept for those who read slowly.
      rest.set(next, null);
      next++;
    }
  }
}

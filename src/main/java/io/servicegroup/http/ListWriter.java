package io.servicegroup.http;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Answers with a list. A long one is written piece by piece as fast as the client reads, so that a
 * slow client of a list of megabytes has only one piece of it in a buffer. A short list is written
 * whole, with its length.
 */
final class ListWriter<T> {

  private static final int SHORT_LIST = 100;
  private static final int PIECE_CHARACTERS = 48 * 1024;

  private final HttpServerResponse response;
  private final RoutingContext ctx;
  private final List<T> rest;
  private final BiConsumer<StringBuilder, ? super T> encode;
  private final StringBuilder piece = new StringBuilder(PIECE_CHARACTERS + PIECE_CHARACTERS / 4);
  private int next;

  private ListWriter(
      RoutingContext ctx, List<T> items, BiConsumer<StringBuilder, ? super T> encode) {
    this.ctx = ctx;
    this.response = ctx.response();
    this.rest = items;
    this.encode = encode;
  }

  /**
   * Answers with 200.
   *
   * @param ctx the request
   * @param fields what the answer has before its list
   * @param key the field of the answer that has the list
   * @param items the list; a copy is emptied while it is written
   * @param encode appends one item as JSON
   */
  static <T> void write(
      RoutingContext ctx,
      JsonObject fields,
      String key,
      List<T> items,
      BiConsumer<StringBuilder, ? super T> encode) {
    ListWriter<T> writer = new ListWriter<>(ctx, new ArrayList<>(items), encode);
    String head = fields.encode();
    writer
        .piece
        .append(head, 0, head.length() - 1)
        .append(fields.isEmpty() ? "" : ",")
        .append(Json.encode(key))
        .append(":[");
    if (items.size() <= SHORT_LIST
        || ctx.request().method() == HttpMethod.HEAD
        || ctx.request().version() == HttpVersion.HTTP_1_0) {
      writer.writeWhole();
    } else {
      Api.jsonHead(ctx, 200).setChunked(true).drainHandler(drained -> writer.writeMore());
      writer.writeMore();
    }
  }

  private void writeWhole() {
    fill(Integer.MAX_VALUE);
    Api.jsonHead(ctx, 200).end(piece.append("]}").toString());
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
      fill(PIECE_CHARACTERS);
      if (next < rest.size()) {
        response.write(piece.toString());
        piece.setLength(0);
      } else {
        response.end(piece.append("]}").toString());
      }
    }
  }

  private void fill(int characters) {
    while (next < rest.size() && piece.length() < characters) {
      piece.append(next == 0 ? "" : ",");
      encode.accept(piece, rest.get(next));
      // An item that is written is released, even while a slow client reads the rest.
      rest.set(next, null);
      next++;
    }
  }
}

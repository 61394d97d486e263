package io.servicegroup.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/** One reader of {@code /v1/events}, and how far it has read. */
final class EventClient {

  private static final Buffer COMMENT = Buffer.buffer(":\n\n");

  private final HttpServerResponse response;
  private final String group;
  private long next;
  private boolean needsSnapshot;

  EventClient(HttpServerResponse response, String group) {
    this.response = response;
    this.group = group;
  }

  String group() {
    return group;
  }

  /** Sends the headers and a comment, so that the client knows that it is connected. */
  void open() {
    response
        .setChunked(true)
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Accel-Buffering", "no")
        .write(COMMENT);
  }

  /** From here on it is told what follows a number. */
  void continueAfter(long seq) {
    next = seq + 1;
    needsSnapshot = false;
  }

  void needSnapshot() {
    needsSnapshot = true;
  }

  boolean needsSnapshot() {
    return needsSnapshot;
  }

  boolean canTake() {
    return !response.closed() && !response.writeQueueFull();
  }

  void write(Buffer frame) {
    response.write(frame);
  }

  /** Writes what it has not got yet, for as long as it takes it. */
  void catchUp(EventRing ring) {
    while (canTake() && next <= ring.last()) {
      if (!ring.has(next)) {
        response.reset();
        return;
      }
      EventRing.Event event = ring.get(next++);
      if (group == null || group.equals(event.group())) {
        response.write(event.frame());
      }
    }
  }

  /** Keeps the connection open. The server ends those on which no write completes for long. */
  void comment() {
    if (canTake()) {
      response.write(COMMENT);
    }
  }

  void end() {
    if (!response.closed()) {
      response.end();
    }
  }
}

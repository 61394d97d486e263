package io.servicegroup.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.ConnectionBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One reader of {@code /v1/events}, how far it has read, and whether it is still there. */
final class EventClient {

  private static final Logger LOG = LoggerFactory.getLogger(EventClient.class);
  private static final int PIECE = 16 * 1024;
  private static final Buffer COMMENT = Buffer.buffer(":\n\n");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final String group;
  private Buffer frame;
  private int writtenOfFrame;
  private long next;
  private boolean needsSnapshot;
  private long written;
  private long outstanding;
  private int silentLooks;

  EventClient(HttpServerRequest request, String group) {
    this.request = request;
    this.response = request.response();
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
        .putHeader("X-Accel-Buffering", "no");
    write(COMMENT);
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

  /**
   * Begins to write what may be long: a snapshot of a large fleet. Readers who come together share
   * the frame, and of each one's copy for the network only a piece lies in memory.
   */
  void begin(Buffer whole) {
    frame = whole;
    writtenOfFrame = 0;
    writeOn();
  }

  /**
   * Goes on with what was begun, for as long as the client takes it.
   *
   * @return whether all of it is written
   */
  boolean writeOn() {
    while (frame != null && canTake()) {
      int to = Math.min(writtenOfFrame + PIECE, frame.length());
      write(frame.slice(writtenOfFrame, to));
      writtenOfFrame = to;
      frame = to < frame.length() ? frame : null;
    }
    return frame == null;
  }

  private void write(Buffer text) {
    written += text.length();
    response.write(text);
  }

  /** Writes what it has not got yet, for as long as it takes it. */
  void catchUp(EventRing ring) {
    while (canTake() && next <= ring.last()) {
      if (!ring.has(next)) {
        cut("it is more than " + EventStream.CAPACITY + " changes behind");
        return;
      }
      EventRing.Event event = ring.get(next++);
      if (group == null || group.equals(event.group())) {
        write(event.frame());
      }
    }
  }

  /** Keeps the connection open, unless it is in the middle of something. */
  void comment() {
    if (canTake() && frame == null) {
      write(COMMENT);
    }
  }

  int localPort() {
    return request.connection().localAddress().port();
  }

  /**
   * Looks whether it took anything since the last look. Where it has taken nothing, what is under
   * way to it has grown by all that was written meanwhile.
   *
   * @param queues what the kernel holds for peers
   * @return how many looks in a row found that it took nothing of what is under way
   */
  int look(SendQueues queues) {
    SocketAddress peer = request.connection().remoteAddress();
    long now = queues.of(peer.hostAddress(), peer.port()) + pending();
    boolean tookNothing = now > 0 && now - outstanding >= written;
    silentLooks = tookNothing ? silentLooks + 1 : 0;
    outstanding = now;
    written = 0;
    return silentLooks;
  }

  private long pending() {
    Channel channel = channel();
    ChannelOutboundBuffer buffer = channel == null ? null : channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  private Channel channel() {
    return request.connection() instanceof ConnectionBase connection ? connection.channel() : null;
  }

  /**
   * Ends the connection without waiting for what is under way.
   *
   * @param why for the log
   */
  void cut(String why) {
    if (response.closed()) {
      return;
    }
    SocketAddress peer = request.connection().remoteAddress();
    LOG.info(
        "The reader of /v1/events at {}:{} is cut: {}. If it lives it may connect again and go on"
            + " where it was",
        peer.hostAddress(),
        peer.port(),
        why);
    Channel channel = channel();
    if (channel == null) {
      response.reset();
    } else {
      // The connection's own close would first write what nobody takes.
      channel.close();
    }
  }

  void end() {
    if (!response.closed()) {
      response.end();
    }
  }
}

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

/**
 * One client of {@code /v1/events}: writes the stream to it as fast as it reads, and finds out
 * whether it still reads at all.
 *
 * <p>Not thread-safe.
 */
final class EventClient {

  private static final Logger LOG = LoggerFactory.getLogger(EventClient.class);
  private static final int PIECE_BYTES = 16 * 1024;
  private static final Buffer COMMENT = Buffer.buffer(":\n\n");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final String group;
  private Buffer frame;
  private int writtenOfFrame;
  private long nextSeq;
  private boolean needsSnapshot;
  private long writtenSinceCheck;
  private long unacknowledged;
  private int checksWithoutProgress;

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

  /** Makes the change after a number the next one that is sent. */
  void continueAfter(long seq) {
    nextSeq = seq + 1;
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
   * Begins to write a snapshot. That of a large fleet is long, so clients that need it at the same
   * time share one buffer, and only a piece at a time is copied for each client's connection.
   */
  void beginSnapshot(Buffer whole) {
    frame = whole;
    writtenOfFrame = 0;
    writeMore();
  }

  /**
   * Writes more of the snapshot, until the client's write queue is full.
   *
   * @return whether all of it is written
   */
  boolean writeMore() {
    while (frame != null && canTake()) {
      int to = Math.min(writtenOfFrame + PIECE_BYTES, frame.length());
      write(frame.slice(writtenOfFrame, to));
      writtenOfFrame = to;
      frame = to < frame.length() ? frame : null;
    }
    return frame == null;
  }

  private void write(Buffer text) {
    writtenSinceCheck += text.length();
    response.write(text);
  }

  /** Writes the changes that the client has not got yet, until its write queue is full. */
  void catchUp(EventRing ring) {
    while (canTake() && nextSeq <= ring.last()) {
      if (!ring.has(nextSeq)) {
        cut("it is more than " + EventStream.CAPACITY + " changes behind");
        return;
      }
      EventRing.Event event = ring.get(nextSeq++);
      if (group == null || group.equals(event.group())) {
        write(event.frame());
      }
    }
  }

  /** Writes a comment, which keeps an idle connection open, unless a snapshot is being written. */
  void comment() {
    if (canTake() && frame == null) {
      write(COMMENT);
    }
  }

  int localPort() {
    return request.connection().localAddress().port();
  }

  /**
   * Checks whether the client acknowledged any byte since the last check. If it did not, the number
   * of unacknowledged bytes has grown by all that was written meanwhile.
   *
   * @param queues the kernel's send queues
   * @return how many checks in a row found bytes to acknowledge and none acknowledged
   */
  int checkProgress(SendQueues queues) {
    SocketAddress peer = request.connection().remoteAddress();
    long now = queues.of(peer.hostAddress(), peer.port()) + queuedHere();
    boolean noProgress = now > 0 && now - unacknowledged >= writtenSinceCheck;
    checksWithoutProgress = noProgress ? checksWithoutProgress + 1 : 0;
    unacknowledged = now;
    writtenSinceCheck = 0;
    return checksWithoutProgress;
  }

  private long queuedHere() {
    Channel channel = channel();
    ChannelOutboundBuffer buffer = channel == null ? null : channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  private Channel channel() {
    return request.connection() instanceof ConnectionBase connection ? connection.channel() : null;
  }

  /**
   * Closes the connection without waiting until the bytes under way are sent.
   *
   * @param why the reason, for the log
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
      // HttpConnection.close would first wait until the queued bytes are written.
      channel.close();
    }
  }

  void end() {
    if (!response.closed()) {
      response.end();
    }
  }
}

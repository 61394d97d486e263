package io.servicegroup.http;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Digest;
import io.servicegroup.model.StatusChange;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * The last status changes of one epoch, in a ring buffer in which each is encoded once for all
 * clients. A client has the number of its next change and no queue of its own, so that a slow
 * client needs no more memory than a fast one.
 *
 * <p>Not thread-safe.
 */
final class EventRing {

  /** A change in the form that is sent, and the group of its member. */
  record Event(String group, Buffer frame) {}

  private final Event[] events;
  private String epoch;
  private long first;
  private long last;

  EventRing(int capacity) {
    this.events = new Event[capacity];
  }

  /** Whether an epoch is known. */
  boolean isStarted() {
    return epoch != null;
  }

  /** Whether the last change in this buffer is the one with this epoch and number. */
  boolean isAt(Digest at) {
    return at.epoch().equals(epoch) && at.seq() == last;
  }

  /** Forgets all changes. The next one is the one that follows this epoch and number. */
  void restart(Digest at) {
    Arrays.fill(events, null);
    epoch = at.epoch();
    first = at.seq() + 1;
    last = at.seq();
  }

  void add(StatusChange change) {
    last = change.seq();
    first = Math.max(first, last - events.length + 1);
    Buffer frame =
        frame("status", epoch + ":" + last, Topics.STATUS.encode().apply(change).encode());
    events[(int) (last % events.length)] = new Event(change.id().group(), frame);
  }

  /** Whether every change that follows this epoch and number is still in this buffer. */
  boolean continues(Digest seen) {
    return seen.epoch().equals(epoch) && seen.seq() >= first - 1 && seen.seq() <= last;
  }

  boolean has(long seq) {
    return seq >= first && seq <= last;
  }

  long last() {
    return last;
  }

  Event get(long seq) {
    return events[(int) (seq % events.length)];
  }

  /**
   * Encodes a server-sent event.
   *
   * @param event the event's type
   * @param id the id, which a client that reconnects sends as {@code Last-Event-ID}; or null
   * @param data JSON on one line
   * @return the event's bytes
   */
  static Buffer frame(String event, String id, String data) {
    String idLine = id == null ? "" : "id: " + id + "\n";
    return Buffer.buffer("event: " + event + "\n" + idLine + "data: " + data + "\n\n");
  }
}

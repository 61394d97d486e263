package io.servicegroup.http;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Digest;
import io.servicegroup.model.StatusChange;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * The last status changes of one epoch, each encoded once for every client. The clients hold a
 * number, not a queue: however slowly one reads, it costs no copy.
 */
final class EventRing {

  /** A change as it goes over the wire, and whom it concerns. */
  record Event(String group, Buffer frame) {}

  private final Event[] events;
  private String epoch;
  private long first;
  private long last;

  EventRing(int capacity) {
    this.events = new Event[capacity];
  }

  /** Whether a numbering is known at all. */
  boolean isStarted() {
    return epoch != null;
  }

  /** Whether nothing lies between what is here and a place in the numbering. */
  boolean isAt(Digest at) {
    return at.epoch().equals(epoch) && at.seq() == last;
  }

  /** Forgets all, and goes on after a place in the numbering. */
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

  /** Whether somebody who has seen all up to a number can be told all that followed. */
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
   * @param event its type
   * @param id what the client sends as {@code Last-Event-ID}, or null
   * @param data JSON on one line
   * @return its bytes
   */
  static Buffer frame(String event, String id, String data) {
    String idLine = id == null ? "" : "id: " + id + "\n";
    return Buffer.buffer("event: " + event + "\n" + idLine + "data: " + data + "\n\n");
  }
}

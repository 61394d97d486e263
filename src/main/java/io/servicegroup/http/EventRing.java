package io.servicegroup.http;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Digest;
import io.servicegroup.model.StatusChange;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * The last status changes of one epoch, in a ring buffer. Each is encoded when a client takes it. A
 * client has the number of its next change and no queue of its own, so that a slow client needs no
 * more memory than a fast one.
 *
 * <p>Not thread-safe.
 */
final class EventRing {

  /** A change in the form that is sent, and the group of its member. */
  record Event(String group, Buffer frame) {}

  private final StatusChange[] changes;

  /** The change that was encoded last. Clients that keep up take the same one after each other. */
  private Event encoded;

  private long encodedSeq = -1;
  private String epoch;
  private long first;
  private long last;

  EventRing(int capacity) {
    this.changes = new StatusChange[capacity];
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
    Arrays.fill(changes, null);
    encodedSeq = -1;
    epoch = at.epoch();
    first = at.seq() + 1;
    last = at.seq();
  }

  void add(StatusChange change) {
    last = change.seq();
    first = Math.max(first, last - changes.length + 1);
    changes[(int) (last % changes.length)] = change;
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
    if (encodedSeq != seq) {
      StatusChange change = changes[(int) (seq % changes.length)];
      String text = Topics.STATUS.encode().apply(change).encode();
      encoded = new Event(change.id().group(), frame("status", epoch + ":" + seq, text));
      encodedSeq = seq;
    }
    return encoded;
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

package io.servicegroup.detect;

import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A queue of nodes in the order in which they were last heard. As all nodes of a queue share one
 * timeout, this is also the order of their deadlines: a node that is heard moves to the tail in
 * constant time, and only the head has to be looked at to find the overdue ones.
 *
 * <p>The links are fields of the nodes, so that a million members cost no further objects.
 */
final class SilenceQueue<N extends SilenceQueue.Node<N>> {

  /** A node, which stands in at most one queue at a time. */
  abstract static class Node<N extends Node<N>> {
    private N before;
    private N after;
    private SilenceQueue<N> queue;
    private long heardAt;

    /** The witness clock's reading when the node was last heard, in milliseconds. */
    final long heardAt() {
      return heardAt;
    }

    final boolean isQueued() {
      return queue != null;
    }

    final void leaveQueue() {
      if (queue != null) {
        queue.unlink(self());
      }
    }

    abstract N self();
  }

  private final long timeoutMillis;
  private N head;
  private N tail;
  private int size;

  SilenceQueue(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  long timeoutMillis() {
    return timeoutMillis;
  }

  int size() {
    return size;
  }

  /**
   * Moves a node behind all that were not heard later, from whatever place or queue it stood in:
   * usually to the tail, in constant time.
   */
  void heard(N node, long clock) {
    heardBehind(node, clock, other -> links(other).heardAt <= clock);
  }

  /**
   * Moves a node that was heard before all others to the head, from whatever place or queue it
   * stood in.
   */
  void heardFirst(N node, long clock) {
    node.leaveQueue();
    link(null, node, head, clock);
  }

  /**
   * Moves a node behind the last one that belongs before it, from whatever place or queue it stood
   * in.
   */
  void heardBehind(N node, long clock, Predicate<N> standsBefore) {
    node.leaveQueue();
    N last = tail;
    while (last != null && !standsBefore.test(last)) {
      last = links(last).before;
    }
    link(last, node, last == null ? head : links(last).after, clock);
  }

  /** The node that is silent for longest, or null. */
  N head() {
    return head;
  }

  /** The node that is silent for longest, where its timeout has passed; otherwise null. */
  N overdue(long clock) {
    return head != null && clock - links(head).heardAt >= timeoutMillis ? head : null;
  }

  /**
   * Visits the nodes, beginning with the one that is silent for longest, until the predicate
   * answers false.
   */
  void fromHeadWhile(Predicate<N> interesting) {
    N node = head;
    while (node != null && interesting.test(node)) {
      node = links(node).after;
    }
  }

  /** Gives every node its whole timeout again. */
  void restart(long clock) {
    forEach(node -> links(node).heardAt = clock);
  }

  void forEach(Consumer<N> action) {
    N node = head;
    while (node != null) {
      N next = links(node).after;
      action.accept(node);
      node = next;
    }
  }

  private void link(N before, N node, N after, long clock) {
    Node<N> links = node;
    links.heardAt = clock;
    links.queue = this;
    links.before = before;
    links.after = after;
    if (before == null) {
      head = node;
    } else {
      links(before).after = node;
    }
    if (after == null) {
      tail = node;
    } else {
      links(after).before = node;
    }
    size++;
  }

  private void unlink(N node) {
    Node<N> links = node;
    if (links.before == null) {
      head = links.after;
    } else {
      links(links.before).after = links.after;
    }
    if (links.after == null) {
      tail = links.before;
    } else {
      links(links.after).before = links.before;
    }
    links.before = null;
    links.after = null;
    links.queue = null;
    size--;
  }

  /**
   * Gives access to the private links of a node, which Java does not allow through the type
   * variable.
   */
  private Node<N> links(N node) {
    return node;
  }
}

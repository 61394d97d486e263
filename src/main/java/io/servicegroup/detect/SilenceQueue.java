package io.servicegroup.detect;

import java.util.function.Consumer;

/**
 * Things in the order in which they were last heard. As all of a queue share one timeout, this is
 * the order of their deadlines: hearing one moves it to the tail in constant time, and whoever
 * looks for the overdue looks at the head only.
 *
 * <p>The links live in the nodes, so that a million members cost no further objects.
 */
final class SilenceQueue<N extends SilenceQueue.Node<N>> {

  /** What can stand in a queue, in one at a time. */
  abstract static class Node<N extends Node<N>> {
    private N before;
    private N after;
    private SilenceQueue<N> queue;
    private long heardAt;

    /** The witness clock, in milliseconds, when it was last heard. */
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

  /** Puts a node at the tail, wherever it stood before. */
  void heard(N node, long clock) {
    Node<N> links = node;
    node.leaveQueue();
    links.heardAt = clock;
    links.queue = this;
    links.before = tail;
    if (tail == null) {
      head = node;
    } else {
      links(tail).after = node;
    }
    tail = node;
    size++;
  }

  /** The node longest silent, where its timeout has passed; otherwise null. */
  N overdue(long clock) {
    return head != null && clock - links(head).heardAt >= timeoutMillis ? head : null;
  }

  /** How many nodes have been silent for longer than a part of the timeout; costs as many steps. */
  int silentFor(long millis, long clock) {
    int silent = 0;
    for (N node = head; node != null; node = links(node).after) {
      if (clock - links(node).heardAt <= millis) {
        break;
      }
      silent++;
    }
    return silent;
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

  /** The private links of a node, which Java does not show through the type variable. */
  private Node<N> links(N node) {
    return node;
  }
}

package io.servicegroup.detect;

import java.util.function.Consumer;
import java.util.function.Predicate;

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
    node.leaveQueue();
    link(tail, node, null, clock);
  }

  /** Puts a node that was heard before all others at the head, wherever it stood before. */
  void heardFirst(N node, long clock) {
    node.leaveQueue();
    link(null, node, head, clock);
  }

  /** Puts a node behind the last one that stands before it, wherever it stood before. */
  void heardBehind(N node, long clock, Predicate<N> standsBefore) {
    node.leaveQueue();
    N last = tail;
    while (last != null && !standsBefore.test(last)) {
      last = links(last).before;
    }
    link(last, node, last == null ? head : links(last).after, clock);
  }

  /** The node longest silent, or null. */
  N head() {
    return head;
  }

  /** The node longest silent, where its timeout has passed; otherwise null. */
  N overdue(long clock) {
    return head != null && clock - links(head).heardAt >= timeoutMillis ? head : null;
  }

  /** Looks at the nodes from the one longest silent on, for as long as they are of interest. */
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

  /** The private links of a node, which Java does not show through the type variable. */
  private Node<N> links(N node) {
    return node;
  }
}

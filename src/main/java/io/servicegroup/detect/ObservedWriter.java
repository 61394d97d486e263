package io.servicegroup.detect;

/**
 * A writer in the sense of {@code mass_silence}: an agent with all its members, or a single member
 * that no agent of ours beats for. A writer is heard when any of its members is. Only {@link
 * ObservedWriters} changes it.
 */
final class ObservedWriter extends SilenceQueue.Node<ObservedWriter> {

  final String key;

  /** How many members it has in sight, by their timeout. */
  final int[] byTimeout;

  /** How many members it has in sight. */
  int living;

  /** How many of them are present because the backend vouches for them. */
  int present;

  /**
   * How many of them the backend concluded to be gone, which the evaluator does not believe yet.
   */
  int concluded;

  ObservedWriter(String key, int timeouts) {
    this.key = key;
    this.byTimeout = new int[timeouts];
  }

  @Override
  ObservedWriter self() {
    return this;
  }

  /** Whether the backend concluded of all its members in sight that they are gone. */
  boolean isGone() {
    return living > 0 && concluded == living;
  }

  /** The smallest timeout among its members, as an index. */
  int smallestTimeout() {
    int index = 0;
    while (byTimeout[index] == 0) {
      index++;
    }
    return index;
  }
}

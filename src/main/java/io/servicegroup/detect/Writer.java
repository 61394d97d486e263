package io.servicegroup.detect;

/**
 * Whoever beats: an agent with all its members, or a member that no agent of ours beats for. Heard
 * when any of its members is. Changed by {@link Writers} only.
 */
final class Writer extends SilenceQueue.Node<Writer> {

  final String key;

  /** How many members it has in sight, by their timeout. */
  final int[] byTimeout;

  /** How many members it has in sight. */
  int living;

  /** How many of them the backend vouches for. */
  int present;

  /** How many of them the backend concluded to be gone, which is not believed yet. */
  int concluded;

  Writer(String key, int timeouts) {
    this.key = key;
    this.byTimeout = new int[timeouts];
  }

  @Override
  Writer self() {
    return this;
  }

  /** Whether the backend concluded of all it has that they are gone. */
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

package io.servicegroup.detect;

/**
 * Whoever beats: an agent with all its members, or a member that no agent of ours beats for. Heard
 * when any of its members is.
 */
final class Writer extends SilenceQueue.Node<Writer> {

  final String key;

  /** How many members it has that are up. */
  int living;

  /** How many of them the backend vouches for. */
  int held;

  /** How many of them the backend concluded to be gone, which is not believed yet. */
  int concluded;

  /** The longest timeout among its members' groups. */
  long downTime;

  Writer(String key) {
    this.key = key;
  }

  @Override
  Writer self() {
    return this;
  }
}

package io.servicegroup.detect;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Reason;

/** What one backend has shown of one member, and how it therefore votes. */
final class Vote extends SilenceQueue.Node<Vote> {

  /** How a backend votes on a member. */
  enum Choice {
    /** Not yet: silent, but not for long enough. */
    PENDING,
    UP,
    DOWN
  }

  private static final long NEVER_SEEN = -1;

  final Tracked tracked;
  final BackendView backend;
  Choice choice = Choice.PENDING;
  Reason reason;
  boolean held;
  boolean withheld;

  /** Why it would be down, where the backend concluded that and it is not believed yet. */
  Reason concluded;

  Writer writer;

  private Incarnation incarnation;
  private long count = NEVER_SEEN;
  private Absence absence;

  Vote(Tracked tracked, BackendView backend) {
    this.tracked = tracked;
    this.backend = backend;
  }

  @Override
  Vote self() {
    return this;
  }

  boolean neverSeen() {
    return count == NEVER_SEEN;
  }

  Incarnation incarnation() {
    return incarnation;
  }

  /** Whether what it is about is a life before the one recorded in the catalogue. */
  boolean isOfOlderLife() {
    return tracked.isOlderLife(backend, incarnation);
  }

  boolean isSameLife(Incarnation seen) {
    return seen == null ? incarnation == null : seen.equals(incarnation);
  }

  /** Whether an absence was overtaken by a beat that is known already, or is known itself. */
  boolean isOldNews(Absence seen) {
    return (isSameLife(seen.incarnation()) && count > seen.count()) || seen.equals(absence);
  }

  /** Whether it is the very presence that the backend said had ended: somebody is late. */
  boolean hasEnded(Incarnation seen, long seenCount) {
    return choice == Choice.DOWN
        && absence != null
        && !absence.cause().stated()
        && seen != null
        && seen.equals(incarnation)
        && seenCount == count;
  }

  boolean hasGrown(long seenCount) {
    return seenCount > count;
  }

  boolean hasFallen(long seenCount) {
    return seenCount < count;
  }

  void saw(Incarnation seenIncarnation, long seenCount) {
    incarnation = seenIncarnation;
    count = seenCount;
    absence = null;
  }

  void saw(Absence seen) {
    incarnation = seen.incarnation();
    count = seen.count();
    absence = seen;
  }
}

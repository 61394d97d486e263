package io.servicegroup.detect;

import io.servicegroup.detect.Evidence.Choice;
import io.servicegroup.detect.Evidence.Standing;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Incarnation;
import java.util.Objects;

/**
 * What one backend has shown of one member: the life and the count that it saw last, and the {@link
 * Evidence} which that makes. The evidence is changed by {@link BackendView} only, which keeps the
 * queues and the writers in step with it.
 */
final class Testimony extends SilenceQueue.Node<Testimony> {

  private static final long NEVER_SEEN = -1;

  final Tracked tracked;
  final BackendView backend;

  /** What it amounts to. */
  Evidence evidence = Standing.EXPECTED;

  /** Whoever beats for the member, while it counts as one of those in sight; otherwise null. */
  Writer writer;

  /** When its time began, in time in which beats of others arrived; see {@link Reach}. */
  long begunAt;

  private Incarnation incarnation;
  private long count = NEVER_SEEN;
  private Absence absence;

  Testimony(Tracked tracked, BackendView backend) {
    this.tracked = tracked;
    this.backend = backend;
  }

  @Override
  Testimony self() {
    return this;
  }

  Choice vote() {
    return evidence.vote();
  }

  boolean neverSeen() {
    return count == NEVER_SEEN;
  }

  Incarnation incarnation() {
    return incarnation;
  }

  /** The absence that was seen last, where nothing was seen since; otherwise null. */
  Absence absence() {
    return absence;
  }

  boolean isSameLife(Incarnation seen) {
    return Objects.equals(seen, incarnation);
  }

  /**
   * Whether a count of a life would be the first of it here: nothing was seen, or what was seen is
   * no earlier life of the same.
   */
  boolean isFirstOf(Incarnation seen) {
    return neverSeen() || (!isSameLife(seen) && !Tracked.isNewer(seen, incarnation));
  }

  /** Whether an absence was overtaken by a beat that is known already, or is known itself. */
  boolean isOldNews(Absence seen) {
    return (isSameLife(seen.incarnation()) && count > seen.count())
        || seen.equals(absence)
        || isRestartingMarkOf(seen);
  }

  /** While an agent restarts, the end of its session is silence; it said so itself. */
  private boolean isRestartingMarkOf(Absence seen) {
    return absence != null
        && absence.cause().isSilence()
        && !seen.cause().stated()
        && isSameLife(seen.incarnation());
  }

  /**
   * Whether it is the very presence that the backend said had ended: the message was overtaken by
   * the one that told of the end, and revives nobody.
   */
  boolean hasEnded(Incarnation seen, long seenCount) {
    return vote() == Choice.DOWN
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

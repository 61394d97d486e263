package io.servicegroup.detect;

import io.servicegroup.detect.EvidenceState.Choice;
import io.servicegroup.detect.EvidenceState.Standing;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Incarnation;
import java.util.Objects;

/**
 * What one backend has shown of one member: the incarnation and the count that it showed last, and
 * the {@link EvidenceState} that follows. Only {@link BackendView} changes the state, because it
 * keeps the queues and the writers in step with it.
 */
final class Evidence extends SilenceQueue.Node<Evidence> {

  private static final long NEVER_SEEN = -1;

  final TrackedMember tracked;
  final BackendView backend;

  /** The state that all of this amounts to. */
  EvidenceState state = Standing.EXPECTED;

  /** The writer that beats for the member, while the member counts as in sight; otherwise null. */
  ObservedWriter writer;

  /** When the member's timeout began, on the clock of {@link HeardTime}. */
  long begunAt;

  private Incarnation incarnation;
  private long count = NEVER_SEEN;
  private Absence absence;

  Evidence(TrackedMember tracked, BackendView backend) {
    this.tracked = tracked;
    this.backend = backend;
  }

  @Override
  Evidence self() {
    return this;
  }

  Choice vote() {
    return state.vote();
  }

  boolean neverSeen() {
    return count == NEVER_SEEN;
  }

  Incarnation incarnation() {
    return incarnation;
  }

  /**
   * The absence that the backend showed last, where no sign of life came after it; otherwise null.
   */
  Absence absence() {
    return absence;
  }

  boolean isSameIncarnation(Incarnation seen) {
    return Objects.equals(seen, incarnation);
  }

  /**
   * Whether a count of an incarnation would be a first one here: nothing was seen, or what was seen
   * belongs to another incarnation that is not older.
   */
  boolean isFirstOf(Incarnation seen) {
    return neverSeen() || (!isSameIncarnation(seen) && !TrackedMember.isNewer(seen, incarnation));
  }

  /**
   * Whether an absence says nothing new: a beat that is known already is later than it, or the
   * absence itself is known already.
   */
  boolean isOldNews(Absence seen) {
    return (isSameIncarnation(seen.incarnation()) && count > seen.count())
        || seen.equals(absence)
        || isRestartingMarkOf(seen);
  }

  /**
   * Whether an absence is only the end of the session of an agent that stated its restart before:
   * then it counts as silence.
   */
  private boolean isRestartingMarkOf(Absence seen) {
    return absence != null
        && absence.cause().isSilence()
        && !seen.cause().stated()
        && isSameIncarnation(seen.incarnation());
  }

  /**
   * Whether a presence is the very one whose end the backend reported already. The message that
   * shows it is older than the one that reported the end, so it must not make the member alive
   * again.
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

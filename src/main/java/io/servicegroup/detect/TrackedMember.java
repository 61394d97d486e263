package io.servicegroup.detect;

import io.servicegroup.detect.EvidenceState.Choice;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import java.time.Instant;
import java.util.Objects;

/**
 * One member that the evaluator follows: its record in the catalogue, the evidence of each backend,
 * and the present verdict.
 */
final class TrackedMember {

  final MemberId id;

  /** The index of its group's timeout in {@link Timeouts}. */
  final int timeout;

  final Evidence[] allEvidence;

  /**
   * The catalogue's record; null where a backend showed beats of the member and the catalogue does
   * not know it (yet).
   */
  Member member;

  /**
   * Whether the catalogue has a record of it; otherwise {@link #member} is null, or was made
   * because a backend vouches for its presence.
   */
  boolean catalogued;

  /** Whether the incarnation in the catalogue joined since this evaluator started. */
  boolean joined;

  /** Whether the incarnation in the catalogue replaced one without being newer. */
  boolean adopted;

  Status status = Status.UNKNOWN;
  Reason reason;
  Incarnation incarnation;
  Instant since;
  Instant lastSeenUp;
  String decidedBy;

  /**
   * Whether everything known so far was already so when this evaluator started; false once it saw a
   * change.
   */
  boolean found = true;

  TrackedMember(MemberId id, int timeout, int backends) {
    this.id = id;
    this.timeout = timeout;
    this.allEvidence = new Evidence[backends];
  }

  /** Remembers whether something was seen to change since this evaluator started. */
  void sawChange(boolean changed) {
    found = found && !changed;
  }

  /** The evidence of a backend; it is created where there is none. */
  Evidence evidenceOf(BackendView backend) {
    if (allEvidence[backend.index] == null) {
      allEvidence[backend.index] = new Evidence(this, backend);
    }
    return allEvidence[backend.index];
  }

  /** Whether the catalogue's record says that the member beats through a backend. */
  boolean isRecorded(BackendView backend) {
    return member != null && member.backends().contains(backend.name);
  }

  /**
   * Takes in a record of the catalogue.
   *
   * @return what is new in it
   */
  Record record(Member told, boolean justJoined) {
    boolean first = !catalogued;
    boolean same = !first && Objects.equals(told.incarnation(), member.incarnation());
    boolean later = !first && !same && told.isLaterIncarnationOf(member);
    boolean adopts = !first && !same && !later;
    boolean joinedBefore = same && joined;
    joined = later || joinedBefore || (justJoined && !adopts);
    adopted = adopts || (same && adopted);
    member = told;
    catalogued = true;
    sawChange(joined);
    return new Record(first, later, adopts, joined && !joinedBefore);
  }

  /**
   * What is new in the catalogue's record of a member.
   *
   * @param first whether it is the first record
   * @param later whether it has a later incarnation than the record before
   * @param adopted whether it has another incarnation that is not later
   * @param joined whether it newly tells that its incarnation joined since this evaluator started
   */
  record Record(boolean first, boolean later, boolean adopted, boolean joined) {}

  /** Whether an incarnation is the one in the catalogue and joined since this evaluator started. */
  boolean hasJoinedAs(Incarnation seen) {
    return joined && Objects.equals(seen, member.incarnation());
  }

  /**
   * Whether a sighting belongs to an incarnation that is over; such a sighting is ignored and
   * creates no evidence. The present incarnation is the one in the catalogue, except that a backend
   * may show a later one before the catalogue does.
   */
  boolean isOlderIncarnation(BackendView backend, Incarnation seen) {
    Evidence evidence = allEvidence[backend.index];
    boolean before = evidence != null && isNewer(evidence.incarnation(), seen);
    if (catalogued && Objects.equals(seen, member.incarnation())) {
      return before && evidence.vote() == Choice.UP;
    }
    return before || isBeforeTheRecord(seen);
  }

  /** Whether a evidence is about an incarnation before the one in the catalogue. */
  boolean isOfOlderIncarnation(Evidence evidence) {
    return isBeforeTheRecord(evidence.incarnation());
  }

  private boolean isBeforeTheRecord(Incarnation seen) {
    return catalogued
        && member.incarnation() != null
        && !member.incarnation().equals(seen)
        && !isNewer(seen, member.incarnation());
  }

  static boolean isNewer(Incarnation one, Incarnation other) {
    return one != null && one.isNewerThan(other);
  }

  boolean isForcedDown() {
    return member != null && member.forcedDown();
  }

  /**
   * Whether an incarnation is another one than was last published with a verdict, and not an
   * earlier one.
   */
  boolean isNewIncarnation(Incarnation seen) {
    return isNewer(seen, incarnation) || isAdoptedIncarnation(seen);
  }

  private boolean isAdoptedIncarnation(Incarnation seen) {
    return adopted
        && Objects.equals(seen, member.incarnation())
        && !Objects.equals(seen, incarnation);
  }

  /**
   * Finds the incarnation to publish with a verdict. It is never older than the one published last,
   * although the deciding backend may still show an older one.
   */
  Incarnation latest(Incarnation seen) {
    if (seen == null) {
      return member.incarnation();
    }
    return isNewer(incarnation, seen) && !isAdoptedIncarnation(seen) ? incarnation : seen;
  }
}

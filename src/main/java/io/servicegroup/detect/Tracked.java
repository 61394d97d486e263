package io.servicegroup.detect;

import io.servicegroup.detect.Evidence.Choice;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import java.time.Instant;
import java.util.Objects;

/** One member with what the backends testify of it and the verdict that stands. */
final class Tracked {

  final MemberId id;

  /** The place of its group's timeout among the {@link Timeouts}. */
  final int timeout;

  final Testimony[] testimonies;

  /** Null where a backend showed beats of it and the catalogue has not told of it (yet). */
  Member member;

  /** Whether the catalogue told of it; otherwise it has a member only where a backend made one. */
  boolean catalogued;

  /** Whether the life in the catalogue joined since this evaluator started. */
  boolean joined;

  /** Whether the life in the catalogue took the place of one that it is not newer than. */
  boolean adopted;

  Status status = Status.UNKNOWN;
  Reason reason;
  Incarnation incarnation;
  Instant since;
  Instant lastSeenUp;
  String decidedBy;

  /** Whether all that is known so far was found, not seen to happen. */
  boolean found = true;

  Tracked(MemberId id, int timeout, int backends) {
    this.id = id;
    this.timeout = timeout;
    this.testimonies = new Testimony[backends];
  }

  /** What the backend testifies, which is made where there is nothing. */
  Testimony testimonyOf(BackendView backend) {
    if (testimonies[backend.index] == null) {
      testimonies[backend.index] = new Testimony(this, backend);
    }
    return testimonies[backend.index];
  }

  /** Whether the present life's agent said that it beats through a backend. */
  boolean isRecorded(BackendView backend) {
    return member != null && member.backends().contains(backend.name);
  }

  /**
   * Takes in what the catalogue says.
   *
   * @return what is new about it
   */
  Record record(Member told, boolean justJoined) {
    boolean first = !catalogued;
    boolean same = !first && Objects.equals(told.incarnation(), member.incarnation());
    boolean later = !first && !same && told.isLaterLifeOf(member);
    boolean adopts = !first && !same && !later;
    boolean joinedBefore = same && joined;
    joined = later || joinedBefore || (justJoined && !adopts);
    adopted = adopts || (same && adopted);
    member = told;
    catalogued = true;
    found &= !joined;
    return new Record(first, later, adopts, joined && !joinedBefore);
  }

  /**
   * What is new in the catalogue's record of a member.
   *
   * @param first whether it is the first
   * @param later whether it tells of a later life than the one before
   * @param adopted whether it tells of another life that is not later
   * @param joined whether its life turned out to have joined in our time
   */
  record Record(boolean first, boolean later, boolean adopted, boolean joined) {}

  /** Whether a life is the one in the catalogue, and joined since this evaluator started. */
  boolean hasJoinedAs(Incarnation seen) {
    return joined && Objects.equals(seen, member.incarnation());
  }

  /**
   * Whether something seen belongs to a life that is over: it leaves no trace, not even an empty
   * testimony. The life in the catalogue is the present one, except that a later one may be seen
   * before the catalogue tells of it.
   */
  boolean isOlderLife(BackendView backend, Incarnation seen) {
    Testimony testimony = testimonies[backend.index];
    boolean before = testimony != null && isNewer(testimony.incarnation(), seen);
    if (catalogued && Objects.equals(seen, member.incarnation())) {
      return before && testimony.vote() == Choice.UP;
    }
    return before || isBeforeTheRecord(seen);
  }

  /** Whether what a backend testifies is about a life before the one in the catalogue. */
  boolean isOfOlderLife(Testimony testimony) {
    return isBeforeTheRecord(testimony.incarnation());
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

  /** Whether a life is another one than was last told of, and not one before it. */
  boolean isNewLife(Incarnation seen) {
    return isNewer(seen, incarnation) || isAdoptedLife(seen);
  }

  private boolean isAdoptedLife(Incarnation seen) {
    return adopted
        && Objects.equals(seen, member.incarnation())
        && !Objects.equals(seen, incarnation);
  }

  /**
   * The life to tell with a verdict: never one before the life that was told last, although a
   * backend that still shows an earlier one may decide.
   */
  Incarnation latest(Incarnation seen) {
    if (seen == null) {
      return member.incarnation();
    }
    return isNewer(incarnation, seen) && !isAdoptedLife(seen) ? incarnation : seen;
  }
}

package io.servicegroup.detect;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import java.time.Instant;

/** One member with the votes on it and the verdict that stands. */
final class Tracked {

  final MemberId id;
  final Vote[] votes;

  /** Null where a backend showed beats of it and the catalogue has not told of it (yet). */
  Member member;

  /** Whether the catalogue told of it; otherwise it has a member only where a backend made one. */
  boolean catalogued;

  Status status = Status.UNKNOWN;
  Reason reason;
  Incarnation incarnation;
  Instant since;
  Instant lastSeenUp;
  String decidedBy;

  /** Whether all that is known so far was found, not seen to happen. */
  boolean found = true;

  Tracked(MemberId id, int backends) {
    this.id = id;
    this.votes = new Vote[backends];
  }

  /** The backend's vote, which is made where there is none. */
  Vote voteOf(BackendView backend) {
    if (votes[backend.index] == null) {
      votes[backend.index] = new Vote(this, backend);
    }
    return votes[backend.index];
  }

  /** Whether the present life's agent said that it beats through a backend. */
  boolean isRecorded(BackendView backend) {
    return member != null && member.backends().contains(backend.name);
  }

  /**
   * Whether something seen belongs to a life before the one seen there, or recorded in the
   * catalogue: it leaves no trace, not even an empty vote.
   */
  boolean isOlderLife(BackendView backend, Incarnation seen) {
    Vote vote = votes[backend.index];
    return (vote != null && isBefore(seen, vote.incarnation()))
        || (member != null && isBefore(seen, member.incarnation()));
  }

  private static boolean isBefore(Incarnation seen, Incarnation known) {
    return known != null && known.isNewerThan(seen);
  }

  boolean isForcedDown() {
    return member != null && member.forcedDown();
  }

  boolean isNewLife(Incarnation seen) {
    return seen != null && seen.isNewerThan(incarnation);
  }
}

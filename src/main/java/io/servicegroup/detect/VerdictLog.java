package io.servicegroup.detect;

import io.servicegroup.model.Digest;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Records verdicts in the members, and numbers every change of one by the evaluator's epoch and
 * seq.
 */
final class VerdictLog {

  private final String epoch;
  private final VerdictRules rules;
  private long seq;
  private List<StatusChange> changes = new ArrayList<>();

  VerdictLog(String epoch, VerdictRules rules) {
    this.epoch = epoch;
    this.rules = rules;
  }

  Digest digest() {
    return new Digest(epoch, seq);
  }

  /** The changes since the last call. */
  List<StatusChange> drain() {
    if (changes.isEmpty()) {
      return List.of();
    }
    List<StatusChange> drained = changes;
    changes = new ArrayList<>();
    return drained;
  }

  /**
   * Records a verdict, and a change where it differs from the present one or a new incarnation
   * began.
   *
   * @param decisive the evidence that decided, or null where the catalogue did
   */
  void settle(TrackedMember tracked, Status status, Reason reason, Evidence decisive, Instant now) {
    Incarnation incarnation = decisive == null ? tracked.incarnation : decisive.incarnation();
    Status previous = tracked.status;
    boolean restarted =
        status == Status.UP && previous == Status.UP && tracked.isNewIncarnation(incarnation);
    if (previous == status && !restarted) {
      // The reason may change while the member is down; a silence that lasts is no new reason.
      if (status == Status.DOWN && reason != Reason.HEARTBEAT_TIMEOUT
          || tracked.reason == Reason.FORCED_DOWN) {
        tracked.reason = reason;
      }
      return;
    }
    tracked.status = status;
    tracked.reason = restarted ? Reason.RESTARTED : reason;
    tracked.incarnation = tracked.latest(incarnation);
    tracked.since = now;
    tracked.decidedBy = decisive == null ? null : decisive.backend.name;
    seq++;
    changes.add(change(tracked, previous, now));
  }

  private StatusChange change(TrackedMember tracked, Status previous, Instant now) {
    return new StatusChange(
        epoch,
        seq,
        tracked.id,
        tracked.member.binary(),
        tracked.status,
        previous,
        tracked.reason,
        tracked.incarnation,
        now,
        view(tracked).lastSeenUp(),
        tracked.decidedBy);
  }

  MemberView view(TrackedMember tracked) {
    return new MemberView(tracked.member, verdict(tracked), tracked.catalogued);
  }

  private Verdict verdict(TrackedMember tracked) {
    return new Verdict(
        tracked.status,
        tracked.reason,
        tracked.since,
        tracked.lastSeenUp,
        rules.isStale(tracked),
        tracked.decidedBy,
        tracked.incarnation);
  }

  /**
   * The members that match, with their present verdicts, in the order in which they come. Members
   * of which only beats are known, and neither a record nor a presence, are left out.
   */
  Snapshot snapshot(Stream<TrackedMember> wanted, MemberFilter filter, boolean stale) {
    List<MemberView> views =
        wanted
            .filter(tracked -> tracked.member != null)
            .map(this::view)
            .filter(filter::matches)
            .toList();
    Digest digest = digest();
    return new Snapshot(digest.epoch(), digest.seq(), stale, views);
  }
}

package io.servicegroup.detect;

import io.servicegroup.detect.EvidenceState.Choice;
import io.servicegroup.model.Digest;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * All members that the evaluator knows. Decides the verdict on a member whenever its evidence
 * changes.
 */
final class Members implements BackendView.Listener {

  private final Timeouts timeouts;
  private final VerdictRules rules;
  private final VerdictLog verdicts;
  private final int backends;
  private final Map<MemberId, TrackedMember> members = new HashMap<>();

  /** All of them in order of group and host, for snapshots; null where members came or went. */
  private List<TrackedMember> inOrder;

  private Instant now = Instant.EPOCH;
  private Instant startedAt;
  private boolean recording;

  Members(String epoch, EvaluatorSettings settings, Timeouts timeouts) {
    this.timeouts = timeouts;
    this.rules = new VerdictRules(settings.rule());
    this.verdicts = new VerdictLog(epoch, rules);
    this.backends = settings.backends().size();
  }

  /** Sets the wall clock's time, which is written into the changes. */
  void becomes(Instant at) {
    now = at;
    startedAt = startedAt == null ? at : startedAt;
  }

  /** The wall clock's time of the first call. */
  Instant startedAt() {
    return startedAt;
  }

  /** The member with that id, or null. */
  TrackedMember get(MemberId id) {
    return members.get(id);
  }

  /** The member with that id; it is created where there is none. */
  TrackedMember track(MemberId id) {
    return members.computeIfAbsent(
        id,
        key -> {
          inOrder = null;
          return new TrackedMember(key, timeouts.of(key.group()), backends);
        });
  }

  Collection<TrackedMember> all() {
    return members.values();
  }

  void forget(TrackedMember tracked) {
    members.remove(tracked.id);
    inOrder = null;
    for (Evidence evidence : tracked.allEvidence) {
      if (evidence != null) {
        evidence.backend.drop(evidence);
      }
    }
  }

  @Override
  public void alive(Evidence evidence) {
    evidence.tracked.lastSeenUp = now;
  }

  @Override
  public void changed(Evidence evidence) {
    if (!recording) {
      decide(evidence.tracked, evidence, null);
    }
  }

  /**
   * Runs something that changes the evidence of several backends without deciding after each
   * change; the caller decides afterwards.
   */
  void record(Runnable changes) {
    recording = true;
    try {
      changes.run();
    } finally {
      recording = false;
    }
  }

  /** Decides the verdict on a member from all its evidence, whatever changed. */
  void decide(TrackedMember tracked) {
    decide(tracked, null, null);
  }

  /**
   * Decides the verdict on a member from all its evidence. * @param last the evidence that changed,
   * or null where something else changed
   *
   * @param why the reason to publish if the member is up, instead of the evidence's; or null
   */
  void decide(TrackedMember tracked, Evidence last, Reason why) {
    if (tracked.member == null || tracked.isForcedDown()) {
      return;
    }
    Evidence decisive = rules.decisive(tracked, last);
    if (decisive == null) {
      return;
    }
    Status status = decisive.vote() == Choice.UP ? Status.UP : Status.DOWN;
    verdicts.settle(tracked, status, VerdictRules.reason(tracked, decisive, why), decisive, now);
  }

  /** Records that a member is down because the catalogue says so. */
  void settle(TrackedMember tracked, Reason why) {
    verdicts.settle(tracked, Status.DOWN, why, null, now);
  }

  /** The changes since the last call. */
  List<StatusChange> drain() {
    return verdicts.drain();
  }

  Digest digest() {
    return verdicts.digest();
  }

  Snapshot snapshot(MemberFilter filter, boolean stale) {
    Stream<TrackedMember> wanted =
        filter
            .onlyMember()
            .map(id -> Stream.ofNullable(members.get(id)))
            .orElseGet(() -> inOrder().stream());
    return verdicts.snapshot(wanted, filter, stale);
  }

  private List<TrackedMember> inOrder() {
    if (inOrder == null) {
      inOrder =
          members.values().stream().sorted(Comparator.comparing(tracked -> tracked.id)).toList();
    }
    return inOrder;
  }
}

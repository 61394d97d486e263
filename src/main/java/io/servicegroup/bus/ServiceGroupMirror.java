package io.servicegroup.bus;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Digest;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.model.Verdict;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * The memory of {@link ServiceGroup}: the members with their verdicts, and what the listeners were
 * last told of each. It is changed on one context and may be read from any thread.
 */
final class ServiceGroupMirror {

  private record Position(String epoch, long seq, boolean stale) {
    private boolean isAt(Snapshot snapshot) {
      return snapshot.seq() == seq && snapshot.epoch() != null && snapshot.epoch().equals(epoch);
    }
  }

  private record Told(Status status, Incarnation incarnation) {
    private static final Told NOTHING = new Told(Status.UNKNOWN, null);
  }

  private final Map<String, Map<String, MemberView>> groups = new ConcurrentSkipListMap<>();
  private final Map<MemberId, Told> told = new HashMap<>();
  private volatile Position position = new Position(null, 0, true);

  /** The epoch and the number of the last change; empty before the first snapshot. */
  Optional<Digest> digest() {
    Position at = position;
    return at.epoch() == null ? Optional.empty() : Optional.of(new Digest(at.epoch(), at.seq()));
  }

  /** Every verdict, as a change from {@code UNKNOWN}. */
  List<StatusChange> known() {
    Snapshot all = snapshot(MemberFilter.ALL);
    return all.members().stream()
        .filter(view -> view.verdict().status() != Status.UNKNOWN)
        .map(view -> change(view, Status.UNKNOWN, view.verdict().reason(), all))
        .toList();
  }

  Optional<MemberView> member(MemberId id) {
    return Optional.ofNullable(groups.getOrDefault(id.group(), Map.of()).get(id.host()));
  }

  Snapshot snapshot(MemberFilter filter) {
    Position at = position;
    Stream<MemberView> members =
        filter.group() == null
            ? groups.values().stream().flatMap(hosts -> hosts.values().stream())
            : groups.getOrDefault(filter.group(), Map.of()).values().stream();
    return new Snapshot(at.epoch(), at.seq(), at.stale(), members.filter(filter::matches).toList());
  }

  boolean isNext(StatusChange change) {
    return change.epoch().equals(position.epoch()) && change.seq() == position.seq() + 1;
  }

  boolean isOld(StatusChange change) {
    return change.epoch().equals(position.epoch()) && change.seq() <= position.seq();
  }

  boolean isBehind(Digest digest) {
    return !digest.epoch().equals(position.epoch()) || digest.seq() > position.seq();
  }

  /**
   * Applies the change that follows the last one.
   *
   * @return the change that the listeners are to be told; empty where they know it already
   */
  Optional<StatusChange> apply(StatusChange change) {
    position = new Position(change.epoch(), change.seq(), position.stale());
    Told before = told.getOrDefault(change.id(), Told.NOTHING);
    Told now = new Told(change.status(), change.incarnation());
    if (change.reason() == Reason.DELETED || isForgotten(change)) {
      told.remove(change.id());
      remove(change.id());
    } else {
      told.put(change.id(), now);
      put(judged(change));
    }
    return before.equals(now) ? Optional.empty() : Optional.of(change.since(before.status()));
  }

  /** Whether the evaluator forgets the member: one without a row in the catalogue that left. */
  private boolean isForgotten(StatusChange change) {
    return change.reason() == Reason.LEFT
        && member(change.id()).filter(view -> !view.catalogued()).isPresent();
  }

  /**
   * The member with the verdict of a change. A member that is not known yet is replaced by a
   * placeholder until the next snapshot.
   */
  private MemberView judged(StatusChange change) {
    Optional<MemberView> known = member(change.id());
    Member member = known.map(MemberView::member).orElseGet(() -> Member.uncatalogued(change.id()));
    return new MemberView(
        withBinaryAndIncarnation(member, change),
        new Verdict(
            change.status(),
            change.reason(),
            change.at(),
            change.lastSeenUp(),
            false,
            change.backend(),
            change.incarnation()),
        known.map(MemberView::catalogued).orElse(true));
  }

  private static Member withBinaryAndIncarnation(Member member, StatusChange change) {
    return new Member(
        member.id(),
        change.binary(),
        member.uuid(),
        member.version(),
        member.metadata(),
        member.disabled(),
        member.disabledReason(),
        member.forcedDown(),
        change.incarnation(),
        member.agent(),
        member.backends(),
        member.lastSeenUp());
  }

  /**
   * Applies a change of the catalogue; verdicts stay as they are.
   *
   * @return false where nothing was applied, because the mirror does not have the member or has a
   *     later incarnation of it
   */
  boolean apply(CatalogEvent event) {
    MemberId id = event.member().id();
    if (member(id).filter(known -> event.isOutdatedBy(known.member())).isPresent()) {
      return false;
    }
    if (event.type() == CatalogEvent.Type.DELETED) {
      remove(id);
      // Listeners that were told UP still have to be told that the member is gone.
      told.computeIfPresent(id, (same, last) -> last.status() == Status.UP ? last : null);
      return true;
    }
    Optional<MemberView> known = member(id);
    known.ifPresent(view -> put(new MemberView(event.member(), view.verdict())));
    return known.isPresent();
  }

  /**
   * Replaces everything by a snapshot.
   *
   * @return the changes that the listeners were not told yet, in the order of their times
   */
  List<StatusChange> replace(Snapshot snapshot) {
    boolean judgedSince = !position.isAt(snapshot);
    position = new Position(snapshot.epoch(), snapshot.seq(), snapshot.stale());
    List<StatusChange> untold = new ArrayList<>();
    Set<MemberId> present = new HashSet<>();
    for (MemberView view : snapshot.members()) {
      MemberId id = view.member().id();
      present.add(id);
      put(view.verdict().status() == Status.UNKNOWN ? keepingVerdict(view) : view);
      difference(view, snapshot, judgedSince).ifPresent(untold::add);
    }
    groups
        .values()
        .forEach(hosts -> hosts.values().removeIf(view -> !present.contains(view.member().id())));
    groups.values().removeIf(Map::isEmpty);
    told.entrySet()
        .removeIf(
            last -> {
              boolean gone = !present.contains(last.getKey());
              if (gone && last.getValue().status() == Status.UP) {
                untold.add(deleted(last.getKey(), last.getValue(), snapshot));
              }
              return gone;
            });
    untold.sort(Comparator.comparing(StatusChange::at));
    return untold;
  }

  /**
   * Keeps the known verdict of a member that the evaluator has not judged: one that has just
   * started does not know the earlier verdicts.
   */
  private MemberView keepingVerdict(MemberView view) {
    Verdict known = member(view.member().id()).map(MemberView::verdict).orElse(view.verdict());
    return new MemberView(
        view.member(),
        new Verdict(
            known.status(),
            known.reason(),
            known.since(),
            known.lastSeenUp(),
            true,
            known.backend(),
            known.incarnation()),
        view.catalogued());
  }

  /**
   * Makes the change that the listeners were not told yet. A new incarnation alone is no change
   * where the snapshot is no newer than the mirror: the catalogue has it already, but its first
   * beat was not seen, and the evaluator will announce it.
   */
  private Optional<StatusChange> difference(
      MemberView view, Snapshot snapshot, boolean judgedSince) {
    MemberId id = view.member().id();
    Verdict verdict = view.verdict();
    Told before = told.getOrDefault(id, Told.NOTHING);
    Told now = new Told(verdict.status(), view.judgedIncarnation());
    boolean sameStatus = before.status() == now.status();
    if (verdict.status() == Status.UNKNOWN || before.equals(now) || (sameStatus && !judgedSince)) {
      return Optional.empty();
    }
    told.put(id, now);
    if (sameStatus && now.status() == Status.DOWN) {
      return Optional.empty();
    }
    Reason reason = sameStatus ? Reason.RESTARTED : verdict.reason();
    return Optional.of(change(view, before.status(), reason, snapshot));
  }

  private static StatusChange change(
      MemberView view, Status previous, Reason reason, Snapshot snapshot) {
    Verdict verdict = view.verdict();
    return new StatusChange(
        snapshot.epoch(),
        snapshot.seq(),
        view.member().id(),
        view.member().binary(),
        verdict.status(),
        previous,
        reason,
        view.judgedIncarnation(),
        verdict.since(),
        view.lastSeenUp(),
        verdict.backend());
  }

  private static StatusChange deleted(MemberId id, Told last, Snapshot snapshot) {
    return new StatusChange(
        snapshot.epoch(),
        snapshot.seq(),
        id,
        null,
        Status.DOWN,
        last.status(),
        Reason.DELETED,
        last.incarnation(),
        Instant.now().truncatedTo(ChronoUnit.MILLIS),
        null,
        null);
  }

  private void put(MemberView view) {
    MemberId id = view.member().id();
    groups.computeIfAbsent(id.group(), group -> new ConcurrentSkipListMap<>()).put(id.host(), view);
  }

  private void remove(MemberId id) {
    groups.computeIfPresent(
        id.group(),
        (group, hosts) -> {
          hosts.remove(id.host());
          return hosts.isEmpty() ? null : hosts;
        });
  }
}

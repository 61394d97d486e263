package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Snapshot;
import io.servicegroup.model.Verdict;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts the evaluator's verdicts beside members. */
final class Verdicts {

  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** Nobody evaluates here, or not in time. */
  private static final Snapshot NOBODY = new Snapshot(null, 0, true, List.of());

  private final Vertx vertx;

  Verdicts(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Asks for the verdicts of a group.
   *
   * @param group the group, or null for all
   * @return never fails; without an epoch where nobody answered
   */
  Future<Snapshot> ask(String group) {
    return Topics.STATUS_SNAPSHOT
        .request(vertx, new MemberFilter(group, null, null, null), PATIENCE)
        .otherwise(NOBODY);
  }

  /**
   * Puts its verdict beside one member.
   *
   * @param member from the catalogue
   * @return never fails
   */
  Future<MemberView> view(Member member) {
    return ask(member.id().group())
        .map(
            snapshot -> merge(List.of(member), snapshot, MemberFilter.ALL, false).members().get(0));
  }

  /**
   * Puts verdicts beside members.
   *
   * @param members from the catalogue, in order
   * @param verdicts from {@link #ask}
   * @param filter which of them are wanted
   * @param stale whether the members may be out of date
   * @return the list
   */
  static Snapshot merge(
      List<Member> members, Snapshot verdicts, MemberFilter filter, boolean stale) {
    Map<MemberId, Verdict> known = new HashMap<>();
    verdicts.members().forEach(view -> known.put(view.member().id(), view.verdict()));
    List<MemberView> views =
        members.stream()
            .map(m -> new MemberView(m, known.getOrDefault(m.id(), Verdict.UNKNOWN)))
            .filter(filter::matches)
            .toList();
    return new Snapshot(verdicts.epoch(), verdicts.seq(), stale || verdicts.stale(), views);
  }
}

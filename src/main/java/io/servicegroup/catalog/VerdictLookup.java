package io.servicegroup.catalog;

import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
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
import java.util.TreeMap;

/** Puts the evaluator's verdicts beside members. */
final class VerdictLookup {

  private static final Duration PATIENCE = Duration.ofMillis(500);

  /** Nobody evaluates here, or not in time. */
  private static final Snapshot NOBODY = new Snapshot(null, 0, true, List.of());

  private final Vertx vertx;

  VerdictLookup(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Asks for verdicts.
   *
   * @param filter on which members; by group and host only
   * @return never fails; without an epoch where nobody answered
   */
  Future<Snapshot> ask(MemberFilter filter) {
    return Topics.STATUS_SNAPSHOT
        .request(vertx, new MemberFilter(filter.group(), filter.host(), null, null, null), PATIENCE)
        .otherwise(NOBODY);
  }

  /**
   * Puts its verdict beside one member.
   *
   * @param member from the catalogue
   * @return never fails
   */
  Future<MemberView> view(Member member) {
    return ask(MemberFilter.of(member.id()))
        .map(
            known ->
                new MemberView(member, index(known).getOrDefault(member.id(), Verdict.UNKNOWN)));
  }

  private static Map<MemberId, Verdict> index(Snapshot verdicts) {
    Map<MemberId, Verdict> known = new HashMap<>();
    verdicts.members().forEach(view -> known.put(view.member().id(), view.verdict()));
    return known;
  }

  /**
   * Explains why a member that lists show cannot be changed.
   *
   * @param id the member
   * @param answer of whoever was to change it
   * @param <T> the answer's type
   * @return the same; {@code CONFLICT} in place of {@code MISSING} where only a backend knows the
   *     member
   */
  <T> Future<T> explain(MemberId id, Future<T> answer) {
    return answer.recover(
        failure ->
            Refusal.MISSING.isIn(failure)
                ? ask(MemberFilter.of(id)).compose(known -> refuse(id, known, failure))
                : Future.failedFuture(failure));
  }

  private static <T> Future<T> refuse(MemberId id, Snapshot known, Throwable notFound) {
    boolean uncatalogued =
        known.members().stream()
            .anyMatch(view -> view.member().id().equals(id) && !view.catalogued());
    return Future.failedFuture(
        uncatalogued
            ? new ServiceGroupException(
                Refusal.CONFLICT,
                id
                    + " has no row in the catalogue that could be changed: it joined a liveness"
                    + " backend by itself (through tooz), and leaves in the same way")
            : notFound);
  }

  /**
   * Puts verdicts beside members, and adds those that only the evaluator knows. A member that the
   * evaluator has from the catalogue and the catalogue has not any more was just deleted.
   *
   * @param members from the catalogue, in order
   * @param verdicts from {@link #ask}
   * @param filter which of them are wanted
   * @param stale whether the members may be out of date
   * @return the list
   */
  static Snapshot merge(
      List<Member> members, Snapshot verdicts, MemberFilter filter, boolean stale) {
    Map<MemberId, Verdict> known = index(verdicts);
    Map<MemberId, MemberView> views = new TreeMap<>();
    for (MemberView view : verdicts.members()) {
      if (!view.catalogued()) {
        views.put(view.member().id(), view);
      }
    }
    for (Member member : members) {
      Verdict verdict = known.getOrDefault(member.id(), Verdict.UNKNOWN);
      views.put(member.id(), new MemberView(member, verdict));
    }
    List<MemberView> matching = views.values().stream().filter(filter::matches).toList();
    return new Snapshot(verdicts.epoch(), verdicts.seq(), stale || verdicts.stale(), matching);
  }
}

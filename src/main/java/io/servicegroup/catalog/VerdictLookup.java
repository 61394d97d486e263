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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Asks the evaluator for verdicts and adds them to members. */
final class VerdictLookup {

  private static final Duration REQUEST_TIMEOUT = Duration.ofMillis(500);

  /** The answer where no evaluator runs here, or none answers in time. */
  private static final Snapshot NOBODY = new Snapshot(null, 0, true, List.of());

  private final Vertx vertx;

  VerdictLookup(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Asks for verdicts.
   *
   * @param filter selects the members, by group and host only
   * @return the verdicts, without an epoch where no evaluator answered; never fails
   */
  Future<Snapshot> ask(MemberFilter filter) {
    return Topics.STATUS_SNAPSHOT
        .requestHere(
            vertx,
            new MemberFilter(filter.group(), filter.host(), null, null, null),
            REQUEST_TIMEOUT)
        .otherwise(NOBODY);
  }

  /**
   * Adds its verdict to one member.
   *
   * @param member the member from the catalogue
   * @return the member with its verdict; never fails
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
   * @param answer the answer to the change
   * @param <T> the answer's type
   * @return the same answer; {@code CONFLICT} in place of {@code MISSING} where only a backend
   *     knows the member
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
   * Adds verdicts to members, and adds the members that only the evaluator knows. A member that the
   * evaluator has from the catalogue and that is not in the catalogue any more was just deleted,
   * and is left out.
   *
   * @param members the members from the catalogue, in order
   * @param verdicts the answer of {@link #ask}
   * @param filter selects the members of the result
   * @param stale whether the members may be out of date
   * @return the members with their verdicts
   */
  static Snapshot merge(
      List<Member> members, Snapshot verdicts, MemberFilter filter, boolean stale) {
    KnownMembers known = new KnownMembers(verdicts.members());
    List<MemberView> views = new ArrayList<>(members.size());
    for (MemberView view : verdicts.members()) {
      if (!view.catalogued()) {
        views.add(view);
      }
    }
    if (!views.isEmpty()) {
      // The catalogue may have a member by now of which the evaluator knows the beats only.
      Set<MemberId> stored = members.stream().map(Member::id).collect(Collectors.toSet());
      views.removeIf(view -> stored.contains(id(view)));
    }
    boolean inOrder = views.isEmpty();
    for (Member member : members) {
      MemberView view = view(member, known.of(member.id()));
      if (filter.matches(view)) {
        views.add(view);
      }
    }
    if (!inOrder) {
      views.removeIf(view -> !filter.matches(view));
      views.sort(Comparator.comparing(VerdictLookup::id));
    }
    return new Snapshot(verdicts.epoch(), verdicts.seq(), stale || verdicts.stale(), views);
  }

  /**
   * What the evaluator knows, by member. Both lists are usually in the same order and of the same
   * members, so that the next one that is asked for is the next one of the list.
   */
  private static final class KnownMembers {

    private final List<MemberView> views;
    private Map<MemberId, MemberView> byId;
    private int next;

    KnownMembers(List<MemberView> views) {
      this.views = views;
    }

    MemberView of(MemberId id) {
      if (next < views.size() && id(views.get(next)).equals(id)) {
        return views.get(next++);
      }
      if (byId == null) {
        byId = new HashMap<>();
        views.forEach(view -> byId.put(id(view), view));
      }
      return byId.get(id);
    }
  }

  private static MemberId id(MemberView view) {
    return view.member().id();
  }

  /**
   * A member with its verdict. Where the evaluator has the same record, the view refers to that
   * one: the copy that was read for this list is then garbage, however slowly the list is written.
   */
  private static MemberView view(Member stored, MemberView known) {
    if (known == null) {
      return new MemberView(stored, Verdict.UNKNOWN);
    }
    Member member = known.member();
    Verdict verdict = known.verdict();
    Instant seen = new MemberView(stored, verdict).lastSeenUp();
    boolean same = stored.sameAs(member) && stored.metadata().equals(member.metadata());
    if (!same || isAfter(member.lastSeenUp(), seen)) {
      return new MemberView(stored, verdict);
    }
    return Objects.equals(seen, known.lastSeenUp())
        ? known
        : new MemberView(member, verdict.withLastSeenUp(seen));
  }

  private static boolean isAfter(Instant one, Instant other) {
    return one != null && (other == null || one.isAfter(other));
  }
}

package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Copies one catalogue into another. What the target has already as it is in the source is left
 * alone, so that a copy that was interrupted may be started again; so is a member that joined in
 * the target since, whose life there is the newer one. What changes in the source meanwhile is
 * copied again. The source is only read.
 *
 * <p>Used on one context, once.
 */
public final class CatalogCopy {

  /** So many members are written at a time. */
  private static final int AT_ONCE = 32;

  /** So often the two are compared; members that change all the time are not waited for. */
  private static final int PASSES = 3;

  private final ServiceCatalog from;
  private final ServiceCatalog to;
  private final Consumer<Progress> progress;
  private final Map<MemberId, String> refused = new TreeMap<>();
  private int written;

  /**
   * Makes a copy that has not begun.
   *
   * @param from is read
   * @param to is written
   * @param progress is told what is there already, and after every few members, on the caller's
   *     context
   */
  public CatalogCopy(ServiceCatalog from, ServiceCatalog to, Consumer<Progress> progress) {
    this.from = from;
    this.to = to;
    this.progress = progress;
  }

  /**
   * How far it is.
   *
   * @param done members that need nothing any more
   * @param all members of the source
   * @param written those that the target did not have before, or not so
   */
  public record Progress(int done, int all, int written) {}

  /**
   * What it came to.
   *
   * @param members in the source at the end
   * @param written those that the target did not have before, or not so
   * @param different members of the source that the target has not, or not so: refused ones, and
   *     those that somebody changed during the copy
   * @param joined members of the source that joined in the target since, and are as they are there
   * @param others members that only the target has
   * @param refused why members could not be stored
   */
  public record Outcome(
      int members,
      int written,
      List<MemberId> different,
      List<MemberId> joined,
      List<MemberId> others,
      List<String> refused) {}

  /**
   * Copies, and compares the two by count and content.
   *
   * @return what it came to; fails where one of them could not be asked
   */
  public Future<Outcome> run() {
    return pass(PASSES);
  }

  private Future<Outcome> pass(int left) {
    return compare()
        .compose(
            found -> {
              List<Member> missing =
                  found.different.stream().filter(member -> !isRefused(member)).toList();
              if (left == 0 || missing.isEmpty()) {
                return Future.succeededFuture(outcome(found));
              }
              return copy(missing, 0, found.members).compose(copied -> pass(left - 1));
            });
  }

  private boolean isRefused(Member member) {
    return refused.containsKey(member.id());
  }

  private Future<Void> copy(List<Member> missing, int start, int all) {
    progress.accept(new Progress(all - missing.size() - refused.size() + start, all, written));
    if (start >= missing.size()) {
      return Future.succeededFuture();
    }
    int end = Math.min(start + AT_ONCE, missing.size());
    List<Future<Void>> writes = missing.subList(start, end).stream().map(this::copy).toList();
    return Future.join(writes).compose(done -> copy(missing, end, all));
  }

  private Future<Void> copy(Member member) {
    return to.adopt(member)
        .transform(
            result -> {
              if (result.succeeded()) {
                written += result.result() ? 1 : 0;
                return Future.succeededFuture();
              }
              if (result.cause() instanceof ServiceGroupException refusal) {
                refused.put(member.id(), refusal.getMessage());
                return Future.succeededFuture();
              }
              return Future.failedFuture(result.cause());
            });
  }

  /** The source is read first: what joined in the target in between is newer, and not missing. */
  private Future<Comparison> compare() {
    return from.list(MemberFilter.ALL)
        .compose(
            expected -> to.list(MemberFilter.ALL).map(found -> new Comparison(expected, found)));
  }

  private Outcome outcome(Comparison found) {
    List<MemberId> different = found.different.stream().map(Member::id).toList();
    return new Outcome(
        found.members,
        written,
        different,
        List.copyOf(found.joined),
        List.copyOf(found.others.keySet()),
        different.stream().filter(refused::containsKey).map(refused::get).toList());
  }

  private static final class Comparison {
    private final int members;
    private final List<Member> different = new ArrayList<>();
    private final List<MemberId> joined = new ArrayList<>();
    private final Map<MemberId, Member> others = new LinkedHashMap<>();

    private Comparison(List<Member> expected, List<Member> found) {
      members = expected.size();
      found.forEach(member -> others.put(member.id(), member));
      for (Member member : expected) {
        Member there = others.remove(member.id());
        if (there != null && there.isLaterIncarnationOf(member)) {
          joined.add(member.id());
        } else if (!member.sameAs(there)) {
          different.add(member);
        }
      }
    }
  }
}

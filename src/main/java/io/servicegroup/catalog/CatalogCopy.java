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
 * Copies one catalogue into another. A member that the target already has as it is in the source is
 * not written again, so that an interrupted copy can be restarted. A member that has joined in the
 * target since, and so has a newer incarnation there, is left as it is. Members that change in the
 * source during the copy are copied again. The source is only read.
 *
 * <p>Used on one context, once.
 */
public final class CatalogCopy {

  /** The number of members that are written at once. */
  private static final int AT_ONCE = 32;

  /**
   * The number of times that the catalogues are compared. More would wait for members that never
   * stop changing.
   */
  private static final int PASSES = 3;

  private final ServiceCatalog from;
  private final ServiceCatalog to;
  private final Consumer<Progress> progress;
  private final Map<MemberId, String> refused = new TreeMap<>();
  private int written;

  /**
   * Prepares a copy without starting it.
   *
   * @param from the source
   * @param to the target
   * @param progress receives the progress at the start and after every batch of members, on the
   *     caller's context
   */
  public CatalogCopy(ServiceCatalog from, ServiceCatalog to, Consumer<Progress> progress) {
    this.from = from;
    this.to = to;
    this.progress = progress;
  }

  /**
   * The progress of a copy.
   *
   * @param done the members of the source that are as they should be in the target
   * @param all the members of the source
   * @param written the members that were written, because the target lacked them or had them
   *     differently
   */
  public record Progress(int done, int all, int written) {}

  /**
   * The result of a copy.
   *
   * @param members the number of members in the source at the end
   * @param written the number of members that were written, because the target lacked them or had
   *     them differently
   * @param different members of the source that the target lacks or has differently: the target
   *     refused them, or somebody changed them during the copy
   * @param joined members of the source that have joined in the target since and were left as they
   *     are there
   * @param others members that only the target has
   * @param refused why the target refused members
   */
  public record Outcome(
      int members,
      int written,
      List<MemberId> different,
      List<MemberId> joined,
      List<MemberId> others,
      List<String> refused) {}

  /**
   * Copies, and compares the two catalogues by count and content.
   *
   * @return the result; fails where a catalogue could not be asked
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

  /**
   * Compares the catalogues. The source is read first: a member that joins in the target between
   * the two reads then counts as newer, and not as missing.
   */
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

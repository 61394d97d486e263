package io.servicegroup.catalog;

import io.servicegroup.bus.ServiceGroupException;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Copies one catalogue into another. What the target has already as it is in the source is left
 * alone, so that a copy that was interrupted may be started again. The source is only read.
 *
 * <p>Used on one context, once.
 */
public final class CatalogCopy {

  /** So many members are written at a time. */
  private static final int AT_ONCE = 32;

  private final ServiceCatalog from;
  private final ServiceCatalog to;
  private final Consumer<Progress> progress;
  private final List<String> refused = new ArrayList<>();
  private int done;
  private int written;

  /**
   * Makes a copy that has not begun.
   *
   * @param from is read
   * @param to is written
   * @param progress is told after every few members, on the caller's context
   */
  public CatalogCopy(ServiceCatalog from, ServiceCatalog to, Consumer<Progress> progress) {
    this.from = from;
    this.to = to;
    this.progress = progress;
  }

  /**
   * How far it is.
   *
   * @param done members that the target has by now
   * @param all members of the source
   * @param written those of them that it did not have before, or not so
   */
  public record Progress(int done, int all, int written) {}

  /**
   * What it came to.
   *
   * @param members in the source at the end
   * @param written those that the target did not have before, or not so
   * @param different members of the source that the target has not, or not so: refused ones, and
   *     those that somebody changed during the copy
   * @param others members that only the target has
   * @param refused why members could not be stored
   */
  public record Outcome(
      int members, int written, List<MemberId> different, int others, List<String> refused) {}

  /**
   * Copies, then compares the two by count and content.
   *
   * @return what it came to; fails where one of them could not be asked
   */
  public Future<Outcome> run() {
    return from.list(MemberFilter.ALL)
        .compose(members -> copy(members, 0))
        .compose(copied -> verify());
  }

  private Future<Void> copy(List<Member> members, int start) {
    if (start >= members.size()) {
      return Future.succeededFuture();
    }
    int end = Math.min(start + AT_ONCE, members.size());
    List<Future<Void>> writes = members.subList(start, end).stream().map(this::copy).toList();
    return Future.join(writes)
        .compose(
            all -> {
              progress.accept(new Progress(done, members.size(), written));
              return copy(members, end);
            });
  }

  private Future<Void> copy(Member member) {
    return to.adopt(member)
        .transform(
            result -> {
              if (result.succeeded()) {
                done++;
                written += result.result() ? 1 : 0;
                return Future.succeededFuture();
              }
              if (result.cause() instanceof ServiceGroupException refusal) {
                refused.add(refusal.getMessage());
                return Future.succeededFuture();
              }
              return Future.failedFuture(result.cause());
            });
  }

  private Future<Outcome> verify() {
    return from.list(MemberFilter.ALL)
        .compose(expected -> to.list(MemberFilter.ALL).map(found -> compare(expected, found)));
  }

  private Outcome compare(List<Member> expected, List<Member> found) {
    Map<MemberId, Member> there = new HashMap<>();
    found.forEach(member -> there.put(member.id(), member));
    List<MemberId> different = new ArrayList<>();
    for (Member member : expected) {
      if (!member.sameAs(there.remove(member.id()))) {
        different.add(member.id());
      }
    }
    return new Outcome(expected.size(), written, different, there.size(), refused);
  }
}

package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The members that were updated or deleted through this agent, and the choice of those that the
 * next read checks.
 *
 * <p>Not thread-safe.
 */
final class MembersChangedHere {

  /**
   * This many of the members that were changed last, and this many of the others in turn, are
   * checked at a read.
   */
  private static final int CHECKED_PER_READ = 8;

  /** The members with the number of their last change, in the order of these numbers. */
  private final Map<MemberId, Long> members = RememberedMembers.bounded();

  private long last;

  /**
   * The number of the change that was checked last in turn. A list of the members that are still to
   * be checked would keep them in memory.
   */
  private long lastChecked;

  private boolean checkAll;
  private boolean checkingAll;

  /** Notes that a member was changed through this agent. */
  void add(MemberId id) {
    members.remove(id);
    members.put(id, ++last);
  }

  boolean has(MemberId id) {
    return members.containsKey(id);
  }

  void remove(MemberId id) {
    members.remove(id);
  }

  void clear() {
    members.clear();
  }

  /** Makes the next read check all members, because the store lost something. */
  void checkAllNextTime() {
    checkAll = true;
  }

  /**
   * Begins a read. Where the read before was to check all members and did not end, this one checks
   * all.
   */
  void beginRead() {
    if (checkingAll) {
      checkAll = true;
      checkingAll = false;
    }
  }

  /** Ends a read that has succeeded. */
  void endRead() {
    checkingAll = false;
  }

  /**
   * Returns the members to check at this read: the ones that were changed last, which a store that
   * comes back older has lost first, and in turn a few of the others; all of them where anything
   * was lost.
   *
   * @param due whether a member needs a check
   */
  Set<MemberId> toCheck(Predicate<MemberId> due) {
    List<MemberId> all = new ArrayList<>(members.keySet());
    all.removeIf(due.negate());
    if (checkAll) {
      checkAll = false;
      checkingAll = true;
      return new LinkedHashSet<>(all);
    }
    Set<MemberId> some =
        new LinkedHashSet<>(all.subList(Math.max(0, all.size() - CHECKED_PER_READ), all.size()));
    List<MemberId> next =
        all.stream().filter(id -> members.get(id) > lastChecked).limit(CHECKED_PER_READ).toList();
    lastChecked = next.size() < CHECKED_PER_READ ? 0 : members.get(next.get(CHECKED_PER_READ - 1));
    some.addAll(next);
    return some;
  }
}

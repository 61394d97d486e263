package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Of whom something was said here, and answered, and who is to be looked after at a read.
 *
 * <p>Not thread-safe.
 */
final class MembersChangedHere {

  /** So many of the last words said here, and so many of the others, are looked after at a read. */
  private static final int CHECKED_PER_READ = 8;

  /** Each with the number of what was said last of it; in the order of these. */
  private final Map<MemberId, Long> members = RememberedMembers.bounded();

  private long last;

  /** The number that the round came to: a list of whom it still had to visit would keep them. */
  private long lastChecked;

  private boolean checkAll;
  private boolean checkingAll;

  /** Something was said of a member now. */
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

  /** Something is lost: all are to be looked after. */
  void checkAllNextTime() {
    checkAll = true;
  }

  /** A read begins; one that did not end did not look after all. */
  void beginRead() {
    checkAll |= checkingAll;
    checkingAll = false;
  }

  /** A read has succeeded. */
  void endRead() {
    checkingAll = false;
  }

  /**
   * The last ones, which a store that comes back older has lost first, and in turn a few of the
   * others; all of them where anything was lost.
   *
   * @param due whether a member needs looking after
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

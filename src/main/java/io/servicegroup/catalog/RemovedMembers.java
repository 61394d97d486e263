package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members that are remembered as removed, with the order of the removal, for a limited time.
 *
 * <p>Not thread-safe.
 */
final class RemovedMembers {

  private static final int MOST_UUIDS = 8;

  private final Map<MemberId, Removed> members = RememberedMembers.bounded();

  /** The uuids of the last removed members of each name. */
  private final Map<MemberId, Set<String>> uuids = RememberedMembers.bounded();

  private record Removed(Member last, long nanos) {}

  /**
   * Adds a removed member.
   *
   * @param last the member as it was, with the order of its removal
   * @param nanos the time of the monotonic clock at which the removal became known
   */
  void add(Member last, long nanos) {
    members.put(last.id(), new Removed(last, nanos));
    if (last.uuid() != null) {
      Set<String> known = uuids.computeIfAbsent(last.id(), id -> new LinkedHashSet<>());
      known.add(last.uuid());
      if (known.size() > MOST_UUIDS) {
        known.remove(known.iterator().next());
      }
    }
  }

  Optional<Member> get(MemberId id) {
    return Optional.ofNullable(members.get(id)).map(Removed::last);
  }

  /** Whether a member is remembered as removed. */
  boolean has(MemberId id) {
    return members.containsKey(id);
  }

  /**
   * Whether a stored member is another one than the removed member of the same name. This includes
   * a member that a client joined in a store that had forgotten the name, recognised by a uuid that
   * no removed member had. Its generation proves nothing then, because an emptied store or a clock
   * that is behind may have given it.
   */
  boolean isAnother(Member stored, Member gone) {
    Set<String> known = uuids.get(stored.id());
    return stored.isAnotherThan(gone)
        || (stored.wordsOrder() == 0
            && !stored.incarnation().isContinuation()
            && stored.uuid() != null
            && gone.uuid() != null
            && known != null
            && !known.contains(stored.uuid()));
  }

  /** Forgets a removal, because the member exists again. The uuids of removed members stay. */
  void remove(MemberId id) {
    members.remove(id);
  }

  void clear() {
    members.clear();
    uuids.clear();
  }

  /** Forgets the removals that became known too long ago. */
  void expire(long nowNanos, Duration remembered) {
    members.values().removeIf(gone -> nowNanos - gone.nanos() > remembered.toNanos());
  }
}

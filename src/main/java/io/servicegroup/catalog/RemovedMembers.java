package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members that are remembered as removed, with the order of that, for a while.
 *
 * <p>Not thread-safe.
 */
final class RemovedMembers {

  private static final int MOST_UUIDS = 8;

  private final Map<MemberId, Removed> members = RememberedMembers.bounded();

  /** The uuids of the last members of a name that were removed. */
  private final Map<MemberId, Set<String>> uuids = RememberedMembers.bounded();

  private record Removed(Member last, long nanos) {}

  /**
   * A member was removed.
   *
   * @param last the member as it was, with the order of its removal
   * @param nanos when this was learned
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
   * Whether what is stored is another member of the name than the one that was removed last: also
   * one that somebody asked for in a store that knew nothing of the name, with a uuid that is none
   * of those that were removed. Its generation may say nothing of that, as it is drawn by a store
   * that was emptied, or by a clock that is behind.
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

  /** It is there again: the uuids of those before are remembered on. */
  void remove(MemberId id) {
    members.remove(id);
  }

  void clear() {
    members.clear();
    uuids.clear();
  }

  /** Forgets what was learned too long ago. */
  void expire(long nowNanos, Duration remembered) {
    members.values().removeIf(gone -> nowNanos - gone.nanos() > remembered.toNanos());
  }
}

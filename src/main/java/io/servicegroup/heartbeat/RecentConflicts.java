package io.servicegroup.heartbeat;

import io.servicegroup.model.Conflict;
import io.servicegroup.model.MemberId;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Remembers why this agent gave up members; only of the last {@value #MOST}, to bound the memory.
 */
final class RecentConflicts {

  private static final int MOST = 100;

  private final Map<MemberId, Conflict> conflicts = new LinkedHashMap<>();

  void add(Conflict conflict) {
    remove(conflict.id());
    conflicts.put(conflict.id(), conflict);
    if (conflicts.size() > MOST) {
      conflicts.remove(conflicts.keySet().iterator().next());
    }
  }

  void remove(MemberId id) {
    conflicts.remove(id);
  }

  /** The last conflict of a member, or null. */
  Conflict get(MemberId id) {
    return conflicts.get(id);
  }
}

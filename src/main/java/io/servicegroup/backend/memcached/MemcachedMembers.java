package io.servicegroup.backend.memcached;

import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** This agent's members, and those among them that another agent joined later. */
final class MemcachedMembers {

  private final Roster roster;
  private final Map<MemberId, Incarnation> own = new HashMap<>();
  private final Map<MemberId, Incarnation> superseded = new HashMap<>();

  MemcachedMembers(Roster roster) {
    this.roster = roster;
  }

  /** A poll found a beat under a member's own key. */
  void found(MemberId id, StoredBeat beat) {
    Incarnation ours = own.get(id);
    if (ours != null && beat.incarnation().isNewerThan(ours)) {
      superseded.put(id, ours);
    }
  }

  /** Takes over the full state and tells which members of it somebody else has now. */
  List<Conflict> conflicts(List<Heartbeat> members) {
    own.clear();
    members.forEach(heartbeat -> own.put(heartbeat.id(), heartbeat.incarnation()));
    superseded.entrySet().removeIf(entry -> !entry.getValue().equals(own.get(entry.getKey())));
    List<Conflict> conflicts = new ArrayList<>();
    for (Heartbeat heartbeat : members) {
      if (isSuperseded(heartbeat)) {
        conflicts.add(
            new Conflict(heartbeat.id(), heartbeat.incarnation(), Conflict.Kind.SUPERSEDED));
      }
    }
    return conflicts;
  }

  /** Whether another agent joined a member later, as far as is known. */
  boolean isSuperseded(Heartbeat heartbeat) {
    Member member = roster.get(heartbeat.id());
    return superseded.containsKey(heartbeat.id())
        || (member != null && member.incarnation().isNewerThan(heartbeat.incarnation()));
  }

  /** tooz's group shows an incarnation that is newer than ours. */
  void superseded(MemberId id) {
    Incarnation ours = own.get(id);
    if (ours != null) {
      superseded.put(id, ours);
    }
  }
}

package io.servicegroup.backend.memcached;

import io.servicegroup.liveness.Roster;
import io.servicegroup.liveness.StoredBeat;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The members of this agent, with those that another agent joined later. */
final class MemcachedMembers {

  private final Roster roster;
  private final Map<MemberId, Incarnation> own = new HashMap<>();
  private final Map<MemberId, Incarnation> superseded = new HashMap<>();

  MemcachedMembers(Roster roster) {
    this.roster = roster;
  }

  /** Takes the beat that a poll found under a member's own key. */
  void found(MemberId id, StoredBeat beat) {
    Incarnation ours = own.get(id);
    if (ours != null && beat.incarnation().isNewerThan(ours)) {
      superseded.put(id, ours);
    }
  }

  /**
   * Takes the full state, and returns a conflict for each member that another agent joined later.
   */
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

  /** Whether another agent is known to have joined a member later. */
  boolean isSuperseded(Heartbeat heartbeat) {
    return superseded.containsKey(heartbeat.id()) || roster.isSuperseded(heartbeat);
  }

  /** Notes that tooz's group has a newer incarnation of a member. */
  void superseded(MemberId id) {
    Incarnation ours = own.get(id);
    if (ours != null) {
      superseded.put(id, ours);
    }
  }
}

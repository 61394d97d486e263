package io.servicegroup.backend.redis;

import io.servicegroup.backend.tooz.ToozPresence;
import io.servicegroup.backend.tooz.ToozPresence.Listed;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Members of watched groups that the catalogue does not list: those that only tooz knows, about
 * which {@link ToozPresence} decides, and those of other agents of ours.
 */
final class RedisToozMembers {

  private final Map<MemberId, Boolean> oursById = new HashMap<>();
  private final ToozPresence presence;

  RedisToozMembers(Duration downTime) {
    this.presence = new ToozPresence(downTime);
  }

  boolean knows(MemberId id) {
    return oursById.containsKey(id);
  }

  /** Adds a member that was found in a group. */
  void add(MemberId id, boolean ours) {
    oursById.put(id, ours);
    if (ours) {
      presence.forget(id::equals);
    }
  }

  /** Removes members that the catalogue lists now. */
  void remove(Collection<MemberId> ids) {
    oursById.keySet().removeAll(ids);
    presence.forget(Set.copyOf(ids)::contains);
  }

  /** The members that were found in a group. */
  List<MemberId> of(String group) {
    return oursById.keySet().stream().filter(id -> id.group().equals(group)).toList();
  }

  /** Members of other agents of ours, whose own keys are read. */
  List<MemberId> ours() {
    return those(true).toList();
  }

  /** Members that only tooz knows, whose heartbeats are read. */
  List<MemberId> others() {
    return those(false).toList();
  }

  private Stream<MemberId> those(boolean ours) {
    return oursById.entrySet().stream()
        .filter(entry -> entry.getValue() == ours)
        .map(Map.Entry::getKey);
  }

  /** Notes that the lists of groups may be incomplete, because the backend lost data. */
  void dataLost() {
    presence.doubt(id -> true);
  }

  /**
   * Takes what a poll read.
   *
   * @param listed all members that their groups list
   * @param beating those of {@link #others} that have a heartbeat
   * @param nanos a monotonic clock
   */
  void update(Set<MemberId> listed, Set<MemberId> beating, long nanos) {
    Set<MemberId> tooz = new HashSet<>(presence.known());
    tooz.addAll(others());
    for (MemberId id : tooz) {
      Listed inGroup = listed.contains(id) ? Listed.YES : Listed.NO;
      presence.observe(id, inGroup, beating.contains(id), nanos);
    }
    oursById.keySet().removeIf(id -> !listed.contains(id));
  }

  List<Beat> held() {
    return presence.beats();
  }

  List<Absence> gone(long nanos) {
    return presence.gone(nanos);
  }
}

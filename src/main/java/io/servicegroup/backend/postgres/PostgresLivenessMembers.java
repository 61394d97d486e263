package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The members of this agent by name and by row, shared by its writer and its poller. */
final class PostgresLivenessMembers {

  /**
   * For how many polls the rows of departed members are read: more than one, because polls fail.
   */
  private static final int POLLS_OF_DEPARTED = 5;

  private final Map<MemberId, PostgresLivenessMember> byId = new HashMap<>();
  private final Map<Integer, PostgresLivenessMember> byServiceId = new HashMap<>();

  /** Rows of members that left, with the poll that had begun then: later polls read their end. */
  private final Map<Integer, Long> departed = new HashMap<>();

  /** Rows of members that another agent beats for and this agent watches. */
  private final Map<MemberId, Integer> others = new HashMap<>();

  /** Watched members of other agents whose rows are not looked up yet. */
  private final Set<MemberId> strangers = new HashSet<>();

  private long poll;
  private long lastAcknowledgedNanos;
  private boolean everAcknowledged;
  private boolean dataLost;

  /** The member of a heartbeat, or null where its row is not looked up yet. */
  PostgresLivenessMember of(Heartbeat heartbeat) {
    PostgresLivenessMember member = byId.get(heartbeat.id());
    return member != null && member.incarnation().equals(heartbeat.incarnation()) ? member : null;
  }

  PostgresLivenessMember of(int serviceId) {
    return byServiceId.get(serviceId);
  }

  boolean hasServiceId(String text) {
    return Stream.of(serviceIds()).anyMatch(id -> id.toString().equals(text));
  }

  Integer[] serviceIds() {
    return Stream.of(byServiceId.keySet(), departed.keySet(), others.values())
        .flatMap(Collection::stream)
        .distinct()
        .toArray(Integer[]::new);
  }

  Collection<PostgresLivenessMember> all() {
    return byId.values();
  }

  void add(PostgresLivenessMember member) {
    remove(byId.get(member.id()));
    byId.put(member.id(), member);
    byServiceId.put(member.serviceId(), member);
    departed.remove(member.serviceId());
    others.remove(member.id());
    strangers.remove(member.id());
  }

  /** Notes that another agent joined a member later. */
  void superseded(MemberId id, int serviceId) {
    remove(byId.get(id));
    others.put(id, serviceId);
  }

  /** Notes that this agent watches a member that another agent beats for. */
  void follows(MemberId id) {
    if (!byId.containsKey(id) && !others.containsKey(id)) {
      strangers.add(id);
    }
  }

  /** The members whose rows have to be looked up before they can be watched. */
  Set<MemberId> strangers() {
    return new HashSet<>(strangers);
  }

  /** Takes the row of such a member; a member that has joined here meanwhile is watched anyway. */
  void found(MemberId id, int serviceId) {
    if (strangers.remove(id)) {
      others.put(id, serviceId);
    }
  }

  /** Forgets a member that was deleted from the catalogue. */
  void deleted(MemberId id) {
    others.remove(id);
    strangers.remove(id);
  }

  /** Notes that a member left, which later polls read like any reader. */
  void depart(PostgresLivenessMember member) {
    if (member != null) {
      remove(member);
      departed.put(member.serviceId(), poll);
    }
  }

  void remove(PostgresLivenessMember member) {
    if (member != null && byId.remove(member.id(), member)) {
      byServiceId.remove(member.serviceId(), member);
    }
  }

  /** Forgets a member's row, because it has another now. */
  void forget(MemberId id) {
    remove(byId.get(id));
  }

  void acknowledged(PostgresLivenessMember member, long count, Object session) {
    everAcknowledged = true;
    lastAcknowledgedNanos = System.nanoTime();
    dataLost |= member.acknowledged(count, session, poll);
  }

  /** Whether a beat of ours was acknowledged recently enough to prove what a canary would. */
  boolean acknowledgedWithin(long nanos) {
    return everAcknowledged && System.nanoTime() - lastAcknowledgedNanos < nanos;
  }

  long beginPoll() {
    poll++;
    departed.values().removeIf(since -> poll - since > POLLS_OF_DEPARTED);
    return poll;
  }

  /** Whether some members are all that this agent watches. */
  boolean areAll(Collection<Heartbeat> some) {
    return byId.size() == some.size()
        && departed.isEmpty()
        && others.isEmpty()
        && strangers.isEmpty();
  }

  /** Whether a beat found its row with older data, which the next poll reports. */
  boolean isDataLost() {
    return dataLost;
  }

  /** Whether a beat found its row with older data since the last call. */
  boolean takeDataLost() {
    boolean lost = dataLost;
    dataLost = false;
    return lost;
  }
}

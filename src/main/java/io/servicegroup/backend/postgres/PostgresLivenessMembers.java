package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.MemberId;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** This agent's members by name and by row; shared by its writer and its poller. */
final class PostgresLivenessMembers {

  /** More than one, since some fail. */
  private static final int POLLS_OF_DEPARTED = 5;

  private final Map<MemberId, PostgresLivenessMember> byId = new HashMap<>();
  private final Map<Integer, PostgresLivenessMember> byServiceId = new HashMap<>();

  /** Rows of members that left, by the poll that had begun then: their end is to be read here. */
  private final Map<Integer, Long> departed = new HashMap<>();

  /** Rows of members that another agent beats for, and that are watched here nevertheless. */
  private final Map<MemberId, Integer> others = new HashMap<>();

  /** Such members whose rows have not been looked up. */
  private final Set<MemberId> strangers = new HashSet<>();

  private long poll;
  private long lastAcknowledgedNanos;
  private boolean everAcknowledged;
  private boolean dataLost;

  /** The member that a heartbeat speaks of, or null where its row has not been looked up. */
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

  /** Another agent joined it later. */
  void superseded(MemberId id, int serviceId) {
    remove(byId.get(id));
    others.put(id, serviceId);
  }

  /** The catalogue told that this agent follows it, and that another one beats for it. */
  void follows(MemberId id) {
    if (!byId.containsKey(id) && !others.containsKey(id)) {
      strangers.add(id);
    }
  }

  /** Those that are to be looked up before they can be watched. */
  Set<MemberId> strangers() {
    return Set.copyOf(strangers);
  }

  /** The row of one of them; whoever was joined here meanwhile is watched anyway. */
  void found(MemberId id, int serviceId) {
    if (strangers.remove(id)) {
      others.put(id, serviceId);
    }
  }

  /** It is in the catalogue no more, so that there is nothing to watch. */
  void deleted(MemberId id) {
    others.remove(id);
    strangers.remove(id);
  }

  /** It left, as everybody is to read. */
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

  /** Its row is another: it is looked up again. */
  void forget(MemberId id) {
    remove(byId.get(id));
  }

  void acknowledged(PostgresLivenessMember member, long count, Object session) {
    everAcknowledged = true;
    lastAcknowledgedNanos = System.nanoTime();
    dataLost |= member.acknowledged(count, session, poll);
  }

  /** Whether a beat of ours was acknowledged so lately that it proves what a canary would. */
  boolean acknowledgedWithin(long nanos) {
    return everAcknowledged && System.nanoTime() - lastAcknowledgedNanos < nanos;
  }

  long beginPoll() {
    poll++;
    departed.values().removeIf(since -> poll - since > POLLS_OF_DEPARTED);
    return poll;
  }

  /** Whether a beat found its row older than it was since this was asked last. */
  boolean takeDataLost() {
    boolean lost = dataLost;
    dataLost = false;
    return lost;
  }
}

package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.bus.UnservedMember;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Probe;
import io.servicegroup.model.ServiceSpec;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of this agent's earlier lives that it does not serve again, or not yet; health and
 * services that beat are told of them.
 *
 * <p>Not thread-safe.
 */
final class RejoinCandidates {

  private static final Logger LOG = LoggerFactory.getLogger(RejoinCandidates.class);
  private static final long PUBLISH_MILLIS = 50;
  private static final String WAITS = "it waits for its turn";

  private final Vertx vertx;
  private final Map<MemberId, Entry> members = new TreeMap<>();
  private String servedElsewhere;
  private boolean publishing;

  /**
   * A member that is not served.
   *
   * @param kept of it
   * @param spec what is to be joined; its probe means nothing where it is not kept
   * @param life that it lived last
   * @param refusal why it is not taken up, or null
   */
  private record Entry(
      RejoinRecord record, ServiceSpec spec, Incarnation incarnation, String refusal) {
    static Entry of(RejoinRecord record, Member member) {
      String why = record.why();
      if (why == null) {
        try {
          return new Entry(record, record.spec(member), member.incarnation(), null);
        } catch (IllegalArgumentException | ClassCastException e) {
          why = "its probe is none that this agent knows: " + e.getMessage();
        }
      }
      Probe none = new Probe.None();
      return new Entry(
          record,
          new ServiceSpec(member.id(), member.binary(), member.version(), member.metadata(), none),
          member.incarnation(),
          why);
    }
  }

  RejoinCandidates(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Adds a member, or what is stored of it by now.
   *
   * @return what is to be joined
   */
  ServiceSpec put(RejoinRecord record, Member member) {
    Entry entry = Entry.of(record, member);
    Entry before = members.get(member.id());
    String refusal = before == null ? entry.refusal() : before.refusal();
    members.put(member.id(), new Entry(record, entry.spec(), entry.incarnation(), refusal));
    if (before == null) {
      publish();
    }
    return entry.spec();
  }

  /** Removes a member, and tells whether it was one of these. */
  boolean remove(MemberId id) {
    boolean was = members.remove(id) != null;
    if (was) {
      publish();
    }
    return was;
  }

  /** Its join was refused. */
  void refused(MemberId id, Throwable refusal) {
    String why = refusal.getMessage();
    Entry entry = members.get(id);
    if (entry == null || !why.equals(entry.refusal())) {
      LOG.warn("{} cannot be joined again: {}", id, why);
      refuse(id, why);
    }
  }

  void refuse(MemberId id, String why) {
    members.computeIfPresent(
        id, (known, entry) -> new Entry(entry.record(), entry.spec(), entry.incarnation(), why));
    publish();
  }

  /** Somebody else serves them all meanwhile; null for nobody. */
  void setServedElsewhere(String why) {
    servedElsewhere = why;
    publish();
  }

  boolean areServedElsewhere() {
    return servedElsewhere != null;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  Set<MemberId> ids() {
    return Set.copyOf(members.keySet());
  }

  boolean contains(MemberId id) {
    return members.containsKey(id);
  }

  /** What is kept of a member, or null. */
  RejoinRecord record(MemberId id) {
    Entry entry = members.get(id);
    return entry == null ? null : entry.record();
  }

  /** What is to be joined, or null. */
  ServiceSpec spec(MemberId id) {
    Entry entry = members.get(id);
    return entry == null ? null : entry.spec();
  }

  /** What goes on where one of these members is taken up. */
  ServedMembers.Served lastServed(MemberId id) {
    Entry entry = members.get(id);
    return new ServedMembers.Served(
        entry.spec(), entry.incarnation(), ServedMembers.State.JOINED_BEFORE_RESTART);
  }

  /** Whether a member is one of these and can be taken up. */
  boolean waits(MemberId id) {
    Entry entry = members.get(id);
    return entry != null && entry.refusal() == null;
  }

  /** Those that can be taken up. */
  List<ServiceSpec> services() {
    return members.values().stream()
        .filter(entry -> entry.refusal() == null)
        .map(Entry::spec)
        .toList();
  }

  /** Why others cannot. */
  Map<MemberId, String> refusals() {
    Map<MemberId, String> refusals = new TreeMap<>();
    members.forEach(
        (id, entry) -> {
          if (entry.refusal() != null) {
            refusals.put(id, entry.refusal());
          }
        });
    return refusals;
  }

  /** What is to be kept of them in another life of the agent. */
  Map<MemberId, RejoinRecord> in(AgentLife life) {
    Map<MemberId, RejoinRecord> record = new HashMap<>();
    members.forEach((id, entry) -> record.put(id, entry.record().in(life)));
    return record;
  }

  /** Tells of them all; what changes at the same time is told once. */
  void publish() {
    if (!publishing) {
      publishing = true;
      vertx.setTimer(
          PUBLISH_MILLIS,
          timer -> {
            publishing = false;
            Topics.UNSERVED.publish(
                vertx,
                members.entrySet().stream()
                    .map(each -> told(each.getKey(), each.getValue()))
                    .toList());
          });
    }
  }

  private UnservedMember told(MemberId id, Entry entry) {
    if (servedElsewhere != null) {
      return new UnservedMember(id, UnservedMember.State.SERVED_ELSEWHERE, servedElsewhere);
    }
    return entry.refusal() == null
        ? new UnservedMember(id, UnservedMember.State.WAITING, WAITS)
        : new UnservedMember(id, UnservedMember.State.REFUSED, entry.refusal());
  }
}

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
 * The members that joined through earlier lives of this agent and that it does not serve again, or
 * not yet. Publishes them, for health and for services that send beats.
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
   * @param record its rejoin record
   * @param spec the service to join; its probe has no meaning where the record has none
   * @param incarnation the member's last incarnation
   * @param refusal why the member is not joined again, as a clause, or null
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
   * Adds a member, or takes in what is stored of it by now.
   *
   * @return the service to join
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

  /** Removes a member, and returns whether it was a candidate. */
  boolean remove(MemberId id) {
    boolean was = members.remove(id) != null;
    if (was) {
      publish();
    }
    return was;
  }

  /** Notes that the catalogue refused the join of a member. */
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

  /**
   * Notes that another life of the agent serves all candidates, with the cause as a clause; null
   * where none does any more.
   */
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

  /** Returns the rejoin record of a candidate, or null. */
  RejoinRecord record(MemberId id) {
    Entry entry = members.get(id);
    return entry == null ? null : entry.record();
  }

  /** Returns the service to join, or null. */
  ServiceSpec spec(MemberId id) {
    Entry entry = members.get(id);
    return entry == null ? null : entry.spec();
  }

  /** Returns a candidate as the member that it was in an earlier life of this agent. */
  ServedMembers.Served lastServed(MemberId id) {
    Entry entry = members.get(id);
    return new ServedMembers.Served(
        entry.spec(), entry.incarnation(), ServedMembers.State.JOINED_BEFORE_RESTART);
  }

  /** Whether a member is a candidate and can be joined again. */
  boolean waits(MemberId id) {
    Entry entry = members.get(id);
    return entry != null && entry.refusal() == null;
  }

  /** Returns the services that can be joined again. */
  List<ServiceSpec> services() {
    return members.values().stream()
        .filter(entry -> entry.refusal() == null)
        .map(Entry::spec)
        .toList();
  }

  /** Returns the members that cannot be joined again, with the cause. */
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

  /** Returns the rejoin records of all candidates, continued in another life of the agent. */
  Map<MemberId, RejoinRecord> in(AgentLife life) {
    Map<MemberId, RejoinRecord> record = new HashMap<>();
    members.forEach((id, entry) -> record.put(id, entry.record().in(life)));
    return record;
  }

  /** Publishes all candidates soon. Changes within a short time are published together. */
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

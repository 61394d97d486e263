package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.bus.Untaken;
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
final class UntakenMembers {

  private static final Logger LOG = LoggerFactory.getLogger(UntakenMembers.class);
  private static final long TELLING_MILLIS = 50;
  private static final String WAITS = "it waits for its turn";

  private final Vertx vertx;
  private final Map<MemberId, Entry> members = new TreeMap<>();
  private String another;
  private boolean telling;

  /**
   * A member that is not served.
   *
   * @param kept of it
   * @param spec what is to be joined; its probe means nothing where it is not kept
   * @param life that it lived last
   * @param refusal why it is not taken up, or null
   */
  private record Entry(KeptMember kept, ServiceSpec spec, Incarnation life, String refusal) {
    static Entry of(KeptMember kept, Member member) {
      String why = kept.why();
      if (why == null) {
        try {
          return new Entry(kept, kept.spec(member), member.incarnation(), null);
        } catch (IllegalArgumentException | ClassCastException e) {
          why = "its probe is none that this agent knows: " + e.getMessage();
        }
      }
      Probe none = new Probe.None();
      return new Entry(
          kept,
          new ServiceSpec(member.id(), member.binary(), member.version(), member.metadata(), none),
          member.incarnation(),
          why);
    }
  }

  UntakenMembers(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Adds a member, or what is stored of it by now.
   *
   * @return what is to be joined
   */
  ServiceSpec put(KeptMember kept, Member member) {
    Entry entry = Entry.of(kept, member);
    Entry before = members.get(member.id());
    String refusal = before == null ? entry.refusal() : before.refusal();
    members.put(member.id(), new Entry(kept, entry.spec(), entry.life(), refusal));
    if (before == null) {
      tell();
    }
    return entry.spec();
  }

  /** Removes a member, and tells whether it was one of these. */
  boolean remove(MemberId id) {
    boolean was = members.remove(id) != null;
    if (was) {
      tell();
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
        id, (known, entry) -> new Entry(entry.kept(), entry.spec(), entry.life(), why));
    tell();
  }

  /** Somebody else serves them all meanwhile; null for nobody. */
  void areAnothers(String why) {
    another = why;
    tell();
  }

  boolean areAnothers() {
    return another != null;
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
  KeptMember kept(MemberId id) {
    Entry entry = members.get(id);
    return entry == null ? null : entry.kept();
  }

  /** What is to be joined, or null. */
  ServiceSpec spec(MemberId id) {
    Entry entry = members.get(id);
    return entry == null ? null : entry.spec();
  }

  /** What goes on where one of these members is taken up. */
  ServedMembers.Served lastLife(MemberId id) {
    Entry entry = members.get(id);
    return new ServedMembers.Served(entry.spec(), entry.life(), ServedMembers.State.UNTAKEN);
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
  Map<MemberId, KeptMember> in(AgentLife life) {
    Map<MemberId, KeptMember> kept = new HashMap<>();
    members.forEach((id, entry) -> kept.put(id, entry.kept().in(life)));
    return kept;
  }

  /** Tells of them all; what changes at the same time is told once. */
  void tell() {
    if (!telling) {
      telling = true;
      vertx.setTimer(
          TELLING_MILLIS,
          timer -> {
            telling = false;
            Topics.UNTAKEN.publish(
                vertx,
                members.entrySet().stream()
                    .map(each -> told(each.getKey(), each.getValue()))
                    .toList());
          });
    }
  }

  private Untaken told(MemberId id, Entry entry) {
    if (another != null) {
      return new Untaken(id, Untaken.State.ANOTHERS, another);
    }
    return entry.refusal() == null
        ? new Untaken(id, Untaken.State.WAITING, WAITS)
        : new Untaken(id, Untaken.State.REFUSED, entry.refusal());
  }
}

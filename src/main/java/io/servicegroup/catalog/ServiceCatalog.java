package io.servicegroup.catalog;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.MemberUpdate;
import io.servicegroup.model.ServiceSpec;
import io.servicegroup.model.VersionRange;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Where the service data lives. An implementation speaks to one technology; all pass one suite.
 *
 * <p>Every future completes within the implementation's own time limit. One that fails with {@code
 * ServiceGroupException} was refused ({@code MISSING}, {@code CONFLICT}, {@code INVALID}); any
 * other failure means that the store could not be asked. Methods are called on one context and
 * return at once.
 */
public interface ServiceCatalog {

  /**
   * For how long it is kept at least what an agent needs to serve members again that joined through
   * it. Afterwards it goes where the member is gone, or another agent joined it since.
   */
  Duration REJOIN_RECORDS_KEPT_FOR = Duration.ofDays(30);

  /**
   * Reaches the store for the first time and makes the tables that the configuration allows.
   *
   * @return fails where the store cannot be reached or lacks what is needed; may be called again
   */
  Future<Void> open();

  /**
   * Makes a member known and begins its new incarnation. Keeps an existing row's id, uuid, {@code
   * disabled}, {@code disabled_reason} and {@code forced_down}; never touches {@code last_seen_up}.
   * Any number of simultaneous joins of one member make one row, each a success.
   *
   * @param spec the service
   * @param agent the id of the agent that will beat for it
   * @param backends the names of the backends that it will beat through
   * @param floor the greatest generation that the agent has seen, 0 for none: the new one is
   *     greater, so that generations never go back where the store came back older
   * @param goesOnWith the life that the agent lives and goes on with by itself, because the store
   *     does not know it; null where somebody asked for a new one. The new life names it, so that
   *     an agent that slept does not bring back what was removed meanwhile
   * @return the member as stored, and whether it is new; refused as {@code CONFLICT} where (host,
   *     binary) exists in another group
   */
  Future<Joined> join(
      ServiceSpec spec, String agent, Set<String> backends, long floor, Incarnation continued);

  /** Makes a member known because somebody asked for it; the generation is above the floor. */
  default Future<Joined> join(ServiceSpec spec, String agent, Set<String> backends, long floor) {
    return join(spec, agent, backends, floor, null);
  }

  /** The same, by whoever has seen no generation before. */
  default Future<Joined> join(ServiceSpec spec, String agent, Set<String> backends) {
    return join(spec, agent, backends, 0);
  }

  /**
   * Makes many members known, each as {@link #join(ServiceSpec, String, Set, long, Incarnation)}
   * would alone, in as few round trips as the store allows. What befalls one of them is nothing to
   * the others; one that is named twice is joined twice.
   *
   * @param joins the services
   * @param agent the id of the agent that will beat for them
   * @param backends the names of the backends that they will beat through
   * @param floor as of one; the generations of all are greater
   * @return what each join came to, in the order of the services; one that somebody else writes at
   *     present may fail with {@link MemberLockedException}
   */
  default List<Future<Joined>> joinAll(
      List<Join> joins, String agent, Set<String> backends, long floor) {
    return joins.stream()
        .map(each -> join(each.spec(), agent, backends, floor, each.continued()))
        .toList();
  }

  /** The same, of members that somebody asked for. */
  default List<Future<Joined>> join(
      List<ServiceSpec> specs, String agent, Set<String> backends, long floor) {
    return joinAll(
        specs.stream().map(spec -> new Join(spec, null)).toList(), agent, backends, floor);
  }

  /**
   * Tells whether the store keeps the order of words and removals. Where it does not (a table of
   * ours that nobody was allowed to make), all orders are 0, so that nothing can be told from them,
   * and nothing is put back.
   *
   * @return may change while the catalogue is open
   */
  default boolean keepsOrders() {
    return true;
  }

  /**
   * Changes what an operator may change, and nothing else. Its order is the larger of its
   * predecessor's plus one and this machine's clock in milliseconds, as that of each word.
   *
   * @param update the fields to change
   * @return the member as stored; refused as {@code MISSING} where there is none
   */
  Future<Member> update(MemberUpdate update);

  /**
   * Puts remembered words back: the uuid, the operator's words and, unless the member began a later
   * life since, its version and metadata. Only where what is stored has a lower order.
   *
   * @param remembered the member as remembered, with the order of its words
   * @return the member as stored then; refused as {@code MISSING} where there is none
   */
  Future<Member> putBack(Member remembered);

  /**
   * Gives words an order of their own that somebody said who gives none: Nova, a DBA, an older
   * agent. Only where they are still as they were seen.
   *
   * @param seen the member as it was read
   * @param order greater than that of the member
   * @return the member as stored then; refused as {@code MISSING} where there is none
   */
  Future<Member> confirm(Member seen, long order);

  /**
   * Removes a member again whose removal the store lost, and leaves the trace of the removal. Does
   * nothing where a later word about the member is stored, or an agent has joined it since. An
   * incarnation that an agent continued by itself does not count as a join, see {@link
   * Incarnation#origin}. Where there is no member, it does what {@link #trace} does.
   *
   * @param last the member as it was before its removal, with the order of the removal
   * @return whether a member was removed; false where there is none, or a later one
   */
  Future<Boolean> removeAgain(Member last);

  /**
   * Leaves the trace of the removal of a member that is not there, so that everybody is told that
   * it was removed. Removes nothing: where there is a member, whoever it is, nothing happens.
   *
   * @param last the member as it was before its removal, with the order of the removal
   * @return done; also where a later removal is known
   */
  Future<Void> trace(Member last);

  /**
   * Tells which of some members that were there and are not any more were removed, rather than
   * lost: by a store that keeps nothing for certain, came back older, or was emptied by somebody.
   * What was lost is nobody's end: whoever remembers it restores it. Removals are remembered for 30
   * days. Asks the store once, or a few times, however many members these are.
   *
   * @param lastSeen members that a read did not find, as they were; none is allowed
   * @return the order of each removal that the store knows of, 0 where whoever removed the member
   *     gave none
   */
  Future<Map<MemberId, Long>> removals(Collection<Member> lastSeen);

  /**
   * Tells the order of one member's removal.
   *
   * @param lastSeen a member that is not there, as it was
   * @return as {@link #removals}; empty where the store knows of none
   */
  default Future<OptionalLong> removal(Member lastSeen) {
    return removals(List.of(lastSeen))
        .map(
            orders -> {
              Long order = orders.get(lastSeen.id());
              return order == null ? OptionalLong.empty() : OptionalLong.of(order);
            });
  }

  /**
   * Stores a member as another catalogue has it, for moving from one to the other: with its uuid,
   * its operator's words and its incarnation, which stays the one it is in. One that joined here
   * since, and so has a newer incarnation, is left as it is. Later joins are newer than what was
   * adopted.
   *
   * @param member as the other catalogue has it; {@code last_seen_up} is left out
   * @return whether anything had to be changed; refused as {@code CONFLICT} where (host, binary)
   *     exists in another group, or the store cannot hold the member
   */
  Future<Boolean> adopt(Member member);

  /**
   * Removes a member. A store that is Nova's table deletes softly.
   *
   * @param id the member
   * @return the member as it was, with the order of its removal; refused as {@code MISSING} where
   *     there is none
   */
  Future<Member> delete(MemberId id);

  /**
   * Lists members.
   *
   * @param filter group, binary and version are applied; the status, which the catalogue does not
   *     know, is not
   * @return the members in order of group and host
   */
  Future<List<Member>> list(MemberFilter filter);

  /**
   * Finds one member.
   *
   * @param id the member
   * @return the member; refused as {@code MISSING} where there is none
   */
  Future<Member> find(MemberId id);

  /**
   * Finds those of some members that there are.
   *
   * @param ids the members; none is allowed
   * @return the members that exist, in order of group and host
   */
  Future<List<Member>> find(Collection<MemberId> ids);

  /**
   * Stores a member that the store lost, as it was last seen, with its incarnation: only where
   * there is nothing of it, not even the trace of a deletion. So any number of agents may restore
   * one member, and the first word stays.
   *
   * @param member as last seen
   * @return whether it was stored; refused as {@code CONFLICT} where (host, binary) exists in
   *     another group by now
   */
  Future<Boolean> restore(Member member);

  /**
   * The members that the store knows by name only, by what the last {@link #list} found: their
   * service data is lost until somebody restores it.
   *
   * @return always none where the store loses nothing
   */
  default Set<MemberId> lost() {
    return Set.of();
  }

  /**
   * What stands in place of a member and cannot be read as one, by what was read last: it is left
   * out of lists, so that it takes nothing from anybody else.
   *
   * @return by the name that the store has for it, a clause that says why
   */
  default Map<String, String> unreadable() {
    return Map.of();
  }

  /**
   * Reads what an agent keeps of the members that joined through it while it ran.
   *
   * @param agentId {@code agent.id}, the same through all lives of the agent
   * @return what {@link #keep} stored, by member; nothing where the store has no place for it
   */
  Future<Map<MemberId, JsonObject>> rejoinRecords(String agentId);

  /**
   * Keeps what an agent has to know of members that joined through it while it ran, in order to
   * serve them again after a restart. Beside the members: neither they nor what becomes of them
   * change it.
   *
   * @param agentId {@code agent.id}
   * @param said what to keep, by member, in the place of what was kept of it
   * @param over the members of which nothing is to be kept
   * @return false where the store has no place for it
   */
  Future<Boolean> changeRejoinRecords(
      String agentId, Map<MemberId, JsonObject> changed, Set<MemberId> removed);

  /**
   * The oldest and newest versions. Deleted and forced-down members do not count, disabled ones do.
   *
   * @param group only of this group, or null
   * @param binary only of this binary, or null
   * @return one range per group and binary
   */
  Future<List<VersionRange>> versions(String group, String binary);

  /**
   * Asks to be told when somebody changed the catalogue. Only hastens: what is missed is found by
   * {@link #list}.
   *
   * @param changed called on the caller's context, possibly too often
   * @return whether the store tells of changes at present, for as long as the caller asks: a
   *     connection may be lost. Where it does not, the caller polls faster
   */
  Future<BooleanSupplier> watch(Runnable changed);

  /**
   * Closes every connection.
   *
   * @return never fails
   */
  Future<Void> close();

  /**
   * The answer to a join.
   *
   * @param member as stored
   * @param created whether it was not known before
   */
  record Joined(Member member, boolean created) {}

  /**
   * A member that is to be joined.
   *
   * @param spec the service
   * @param goesOnWith the life that its agent lives and goes on with by itself; null where somebody
   *     asked for a new one
   */
  record Join(ServiceSpec spec, Incarnation continued) {}
}

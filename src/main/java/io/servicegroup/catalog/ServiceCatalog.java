package io.servicegroup.catalog;

import io.servicegroup.bus.MemberNews;
import io.servicegroup.bus.Refusal;
import io.servicegroup.bus.ServiceGroupException;
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
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Stores the service data. Each implementation uses one technology; one suite of tests holds for
 * all.
 *
 * <p>Every future completes within the implementation's own time limit. One that fails with {@code
 * ServiceGroupException} was refused ({@code MISSING}, {@code CONFLICT}, {@code INVALID}); any
 * other failure means that the store could not be asked. Methods are called on one context and
 * return at once.
 */
public interface ServiceCatalog {

  /**
   * How long a rejoin record is stored at least. After that time it is removed where the member is
   * gone, or another agent has joined it since.
   */
  Duration REJOIN_RECORDS_KEPT_FOR = Duration.ofDays(30);

  /**
   * Reaches the store for the first time and creates the tables that the configuration allows.
   *
   * @return completes when the catalogue can be used; fails where the store cannot be reached or
   *     lacks what is needed; may be called again
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
   * @param continued the incarnation that the agent continues by itself, because the store does not
   *     know it; null where a client requested the join. The new incarnation names it, so that an
   *     agent that slept does not bring back a member that was removed meanwhile
   * @return the member as stored, and whether it was new; refused as {@code CONFLICT} where (host,
   *     binary) exists in another group
   */
  Future<Joined> join(
      ServiceSpec spec, String agent, Set<String> backends, long floor, Incarnation continued);

  /** Makes a member known because a client requested it; the generation is above the floor. */
  default Future<Joined> join(ServiceSpec spec, String agent, Set<String> backends, long floor) {
    return join(spec, agent, backends, floor, null);
  }

  /** Does the same for an agent that has seen no generation before. */
  default Future<Joined> join(ServiceSpec spec, String agent, Set<String> backends) {
    return join(spec, agent, backends, 0);
  }

  /**
   * Makes many members known, each as {@link #join(ServiceSpec, String, Set, long, Incarnation)}
   * would alone, in as few round trips as the store allows. The failure of one join does not affect
   * the others; a service that is named twice joins twice.
   *
   * @param joins the services
   * @param agent the id of the agent that will beat for them
   * @param backends the names of the backends that they will beat through
   * @param floor the greatest generation that the agent has seen, 0 for none: the new ones are
   *     greater
   * @return the result of each join, in the order of the services; a join of a member that somebody
   *     else has locked may fail with {@link MemberLockedException}
   */
  default List<Future<Joined>> joinAll(
      List<Join> joins, String agent, Set<String> backends, long floor) {
    return joins.stream()
        .map(each -> join(each.spec(), agent, backends, floor, each.continued()))
        .toList();
  }

  /** Does the same for members that a client requested. */
  default List<Future<Joined>> join(
      List<ServiceSpec> specs, String agent, Set<String> backends, long floor) {
    return joinAll(
        specs.stream().map(spec -> new Join(spec, null)).toList(), agent, backends, floor);
  }

  /**
   * Tells whether the store keeps the order of operators' words and removals. Where it does not,
   * because nobody was allowed to create a table for it, all orders are 0 and nothing is put back.
   *
   * @return whether it does; may change while the catalogue is open
   */
  default boolean keepsOrders() {
    return true;
  }

  /**
   * Changes the fields that an operator may change, and nothing else. The order of the change is
   * its predecessor's plus one or this machine's clock in milliseconds, whichever is larger.
   *
   * @param update the fields to change
   * @return the member as stored; refused as {@code MISSING} where there is none
   */
  Future<Member> update(MemberUpdate update);

  /**
   * Puts remembered words back: the uuid, the operator's words and, unless the member began a newer
   * incarnation since, its version and metadata. Does nothing where the stored order is not lower.
   *
   * @param remembered the member as it is remembered, with the order of its words
   * @return the member as stored then; refused as {@code MISSING} where there is none
   */
  Future<Member> putBack(Member remembered);

  /**
   * Gives words an order that were stored without one, by Nova, a database administrator or an
   * older agent. Does nothing where they are not as they were seen any more.
   *
   * @param seen the member as it was read
   * @param order greater than that of the member
   * @return the member as stored then; refused as {@code MISSING} where there is none
   */
  Future<Member> confirm(Member seen, long order);

  /**
   * Removes a member again whose removal the store lost, and writes the trace of the removal. Does
   * nothing where a later change of the member is stored, or an agent has joined it since. An
   * incarnation that an agent continued by itself does not count as a join, see {@link
   * Incarnation#origin}. Where there is no member, it does what {@link #trace} does.
   *
   * @param last the member as it was before its removal, with the order of the removal
   * @return whether a member was removed; false where there was none, or a later one
   */
  Future<Boolean> removeAgain(Member last);

  /**
   * Writes the trace of the removal of a member that is not stored, so that each agent finds that
   * it was removed. Where a member of this name is stored, nothing happens.
   *
   * @param last the member as it was before its removal, with the order of the removal
   * @return completes when the trace, or that of a later removal, is stored
   */
  Future<Void> trace(Member last);

  /**
   * Tells which of some missing members were removed, rather than lost. A store loses members where
   * it is not durable, came back older, or was emptied by somebody; an agent that remembers a lost
   * member restores it. Removals are remembered for 30 days. Needs a constant number of requests,
   * however many members these are.
   *
   * @param lastSeen members that a read did not find, as they were, possibly none
   * @return the order of each removal that the store knows of, 0 where whoever removed the member
   *     gave none
   */
  Future<Map<MemberId, Long>> removals(Collection<Member> lastSeen);

  /**
   * Tells the order of one member's removal.
   *
   * @param lastSeen a missing member as it was
   * @return the order as {@link #removals} returns it; empty where the store knows of no removal
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
   * Stores a member as another catalogue has it, in order to move from one catalogue to the other:
   * with its uuid, its operator's words and its present incarnation. A member that has joined here
   * since, and so has a newer incarnation, is left as it is. Later joins get newer incarnations
   * than the adopted one.
   *
   * @param member the member as the other catalogue has it; {@code last_seen_up} is left out
   * @return whether anything had to be changed; refused as {@code CONFLICT} where (host, binary)
   *     exists in another group, or the store cannot hold the member
   */
  Future<Boolean> adopt(Member member);

  /**
   * Removes a member. Nova's table is changed as Nova does it: the row stays, marked as deleted.
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
   * Finds those of some members that exist.
   *
   * @param ids the members, possibly none
   * @return the members that exist, in order of group and host
   */
  Future<List<Member>> find(Collection<MemberId> ids);

  /**
   * Stores a member that the store lost, as it was last seen, with its incarnation. Does nothing
   * where the store has the member or the trace of its deletion: any number of agents may restore
   * one member, and the first one that does so wins.
   *
   * @param member the member as it was last seen
   * @return whether it was stored; refused as {@code CONFLICT} where (host, binary) exists in
   *     another group by now
   */
  Future<Boolean> restore(Member member);

  /**
   * Returns the members that the store knows by name only, as the last {@link #list} found them.
   * Their service data are lost until somebody restores them.
   *
   * @return their names; always none where the store loses nothing
   */
  default Set<MemberId> lost() {
    return Set.of();
  }

  /**
   * Returns what is stored in the place of a member and could not be read when it was last read. It
   * is left out of lists, so that it does not affect other members.
   *
   * @return by the name that the store has for it, a clause that names the cause
   */
  default Map<String, String> unreadable() {
    return Map.of();
  }

  /**
   * Reads the rejoin records of an agent, from which it joins members again after a restart.
   *
   * @param agentId {@code agent.id}, the same in all lives of the agent
   * @return what {@link #changeRejoinRecords} stored, by member; nothing where the store has no
   *     place for it
   */
  Future<Map<MemberId, JsonObject>> rejoinRecords(String agentId);

  /**
   * Changes rejoin records of an agent. They are stored beside the members: no change of a member
   * changes them.
   *
   * @param agentId {@code agent.id}
   * @param changed the records to store, by member
   * @param removed the members whose records are to be removed
   * @return whether they were stored; false where the store has no place for them
   */
  Future<Boolean> changeRejoinRecords(
      String agentId, Map<MemberId, JsonObject> changed, Set<MemberId> removed);

  /**
   * Returns the oldest and newest versions. Deleted and forced-down members do not count, disabled
   * ones do.
   *
   * @param group the group to look at, or null for all
   * @param binary the binary to look at, or null for all
   * @return one range for each group and binary
   */
  Future<List<VersionRange>> versions(String group, String binary);

  /**
   * Requests notifications of changed members. They only hasten the next read: a change that is
   * missed is found by a later one.
   *
   * @param changed called on the caller's context, possibly more often than something changed, and
   *     with {@link MemberNews#OF_ANYBODY} where notifications may have been missed
   * @return a function that tells of which changes the store notifies at present: the connection
   *     may be lost. The less it tells, the more often the caller reads
   */
  Future<Supplier<Telling>> watch(Consumer<MemberNews> changed);

  /**
   * Closes every connection.
   *
   * @return never fails
   */
  Future<Void> close();

  /**
   * Creates the refusal of a request for a member that is not in the catalogue.
   *
   * @param id the member
   * @return the refusal, as {@code MISSING}
   */
  static ServiceGroupException missing(MemberId id) {
    return new ServiceGroupException(Refusal.MISSING, id + " is not in the catalogue");
  }

  /**
   * The answer to a join.
   *
   * @param member the member as stored
   * @param created whether it was not known before
   */
  record Joined(Member member, boolean created) {}

  /**
   * A member that is to be joined.
   *
   * @param spec the service
   * @param continued the incarnation that the agent continues by itself; null where a client
   *     requested the join
   */
  record Join(ServiceSpec spec, Incarnation continued) {}
}

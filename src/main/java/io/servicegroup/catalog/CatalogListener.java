package io.servicegroup.catalog;

import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Acts on what a read of the catalogue found. */
interface CatalogListener {

  /** Followed members as they are stored now, possibly unchanged. */
  void found(List<Member> members);

  /**
   * A followed member that is not in the catalogue any more.
   *
   * @param order the order of the removal, 0 where whoever removed the member gave none
   */
  void gone(MemberId id, long order);

  /** A member of this agent that is not in the catalogue any more. */
  void deleted(ServedMembers.Served served);

  /** A member of this agent that another agent has joined since. */
  void superseded(ServedMembers.Served served);

  /**
   * Members of this agent whose last join the catalogue does not know, because it came back older.
   */
  void joinsForgotten(List<ServedMembers.Served> served);

  /** A member of this agent that another agent joined since and does not beat for any more. */
  void abandoned(ServedMembers.Served served);

  /** A followed member that the catalogue lost and that nobody has restored yet. */
  Future<?> lost(MemberId id);

  /** All members that the catalogue lost; called after each read. */
  void losses(Set<MemberId> ids);

  /**
   * What the catalogue contains and nobody can read, by its name and with the cause; called after
   * each read.
   */
  void unreadable(Map<String, String> documents);
}

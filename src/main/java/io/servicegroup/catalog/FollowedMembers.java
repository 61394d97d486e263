package io.servicegroup.catalog;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The members that this agent follows, as they were last seen.
 *
 * <p>Not thread-safe.
 */
final class FollowedMembers {

  private final Map<MemberId, Member> members = new TreeMap<>();

  /**
   * Takes in a member as it is stored now.
   *
   * @param member the member as stored
   * @return the kind of change, or empty where the member is unchanged
   */
  Optional<CatalogEvent.Type> put(Member member) {
    Member before = members.put(member.id(), member);
    if (member.sameAs(before)) {
      return Optional.empty();
    }
    boolean began =
        before == null
            || (member.incarnation() != null && !member.incarnation().equals(before.incarnation()));
    return Optional.of(began ? CatalogEvent.Type.JOINED : CatalogEvent.Type.UPDATED);
  }

  /**
   * Forgets a member.
   *
   * @param id the member
   * @return the member as it was last seen, or empty where it was not known
   */
  Optional<Member> remove(MemberId id) {
    return Optional.ofNullable(members.remove(id));
  }

  /**
   * Returns one member.
   *
   * @param id the member
   * @return the member as it was last seen, or empty where it is not known
   */
  Optional<Member> get(MemberId id) {
    return Optional.ofNullable(members.get(id));
  }

  /**
   * Tells whether a member is known.
   *
   * @param id the member
   * @return whether {@link #get} returns one
   */
  boolean has(MemberId id) {
    return members.containsKey(id);
  }

  /** Returns the number of members. */
  int size() {
    return members.size();
  }

  /**
   * Returns all members.
   *
   * @return the members in order of group and host
   */
  List<Member> all() {
    return List.copyOf(members.values());
  }
}

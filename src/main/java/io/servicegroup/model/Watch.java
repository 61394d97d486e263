package io.servicegroup.model;

import java.util.Set;

/**
 * The members whose liveness an agent follows, as the key {@code watch} says. Its own members, for
 * which it beats, are always among them.
 */
public sealed interface Watch {

  /** The agent's own members only. */
  Watch OWN = new Own();

  /** All members. */
  Watch ALL = new All();

  /**
   * Makes a watch of some groups.
   *
   * @param groups the groups' names
   * @return covers all members of these groups, and the agent's own
   */
  static Watch groups(Set<String> groups) {
    return new Groups(groups);
  }

  /**
   * Tells whether a member is followed.
   *
   * @param id the member
   * @param own whether this agent beats for the member
   * @return whether the member is followed
   */
  default boolean covers(MemberId id, boolean own) {
    return own || coversAllOf(id.group());
  }

  /**
   * Tells whether every member of a group is followed, also those that are not known yet.
   *
   * @param group the group
   * @return whether all are followed; always false where the agent follows its own members only
   */
  boolean coversAllOf(String group);

  /** The value {@code own} of the key. */
  record Own() implements Watch {
    @Override
    public boolean coversAllOf(String group) {
      return false;
    }
  }

  /** The value {@code all} of the key. */
  record All() implements Watch {
    @Override
    public boolean coversAllOf(String group) {
      return true;
    }
  }

  /**
   * A list of groups as the value of the key.
   *
   * @param names the groups' names
   */
  record Groups(Set<String> names) implements Watch {
    /** Copies the set. */
    public Groups {
      names = Set.copyOf(names);
    }

    @Override
    public boolean coversAllOf(String group) {
      return names.contains(group);
    }
  }
}

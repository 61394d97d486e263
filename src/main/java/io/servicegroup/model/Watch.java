package io.servicegroup.model;

import java.util.Set;

/**
 * Whose liveness an agent follows, as the key {@code watch} says. The members that it beats for are
 * always among them.
 */
public sealed interface Watch {

  /** The members that this agent beats for. */
  Watch OWN = new Own();

  /** Everybody. */
  Watch ALL = new All();

  /**
   * Some groups.
   *
   * @param groups their names
   * @return all of their members, and the agent's own
   */
  static Watch groups(Set<String> groups) {
    return new Groups(groups);
  }

  /**
   * Whether a member is followed.
   *
   * @param id the member
   * @param own whether this agent beats for it
   * @return whether it is
   */
  default boolean covers(MemberId id, boolean own) {
    return own || coversAllOf(id.group());
  }

  /**
   * Whether every member of a group is followed, known by name or not.
   *
   * @param group a group
   * @return never where the agent follows its own members only
   */
  boolean coversAllOf(String group);

  /** {@code own}. */
  record Own() implements Watch {
    @Override
    public boolean coversAllOf(String group) {
      return false;
    }
  }

  /** {@code all}. */
  record All() implements Watch {
    @Override
    public boolean coversAllOf(String group) {
      return true;
    }
  }

  /**
   * A list of groups.
   *
   * @param names their names
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

package io.servicegroup.liveness;

import io.servicegroup.model.Member;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns once of members that beat through none of the configured backends: their agents give the
 * backends other names, or this agent was forgotten in a migration.
 */
final class UnseenMembers {

  private static final Logger LOG = LoggerFactory.getLogger(UnseenMembers.class);
  private static final int REMEMBERED = 100;

  private final Predicate<String> configured;
  private final Set<Set<String>> told = new HashSet<>();

  /**
   * Makes an object that has warned of nobody.
   *
   * @param configured whether a name is that of a configured backend
   */
  UnseenMembers(Predicate<String> configured) {
    this.configured = configured;
  }

  /** Looks through which backends a member beats. */
  void look(Member member) {
    Set<String> backends = member.backends();
    if (!backends.isEmpty()
        && backends.stream().noneMatch(configured)
        && told.size() < REMEMBERED
        && told.add(backends)) {
      LOG.warn(
          "{} and perhaps others beat through {} only, which liveness.backends here does not name:"
              + " they are UNKNOWN here. A backend has one name on all agents",
          member.id(),
          String.join(", ", new TreeSet<>(backends)));
    }
  }
}

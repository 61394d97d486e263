package io.servicegroup.catalog;

import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ServiceSpec;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The members that joined through this agent, with the state of each.
 *
 * <p>Not thread-safe.
 */
final class ServedMembers {

  /**
   * The states of members that another agent serves, so that this agent cannot end their service.
   */
  static final Set<State> SERVED_ELSEWHERE =
      EnumSet.of(State.SUPERSEDED, State.ABANDONED, State.CONFLICT, State.MOVED);

  private final Map<MemberId, Served> members = new HashMap<>();
  private Listener listener = new Listener() {};

  /** Receives changes of members. */
  interface Listener {
    /** This agent beats for the member from now on. */
    default void joined(MemberId id) {}

    /** The member left or was deleted, and is not this agent's any more. */
    default void ended(MemberId id) {}
  }

  /** The state of a member that joined through this agent. */
  enum State {
    /** This agent beats for the member. */
    SERVED,
    /** The member joined, and its heartbeat could not be started. It is joined again. */
    NOT_BEATING,
    /** Another agent joined the member later. */
    SUPERSEDED,
    /** Another agent joined the member later and fell silent. This agent joins it again. */
    ABANDONED,
    /** This agent may not beat for the member any more, for another cause. */
    CONFLICT,
    /** The member left in good order. */
    LEFT,
    /** The member joined before a restart of this agent and is not served again, or not yet. */
    JOINED_BEFORE_RESTART,
    /** The member joined before a restart of this agent, and another agent serves it now. */
    MOVED
  }

  /**
   * A member that joined through this agent.
   *
   * @param spec the service as it was joined
   * @param incarnation the incarnation that its last join through this agent began
   * @param state its present state
   */
  record Served(ServiceSpec spec, Incarnation incarnation, State state) {}

  /** Sets the listener for changes. */
  void setListener(Listener newListener) {
    listener = newListener;
  }

  void joined(ServiceSpec spec, Incarnation incarnation) {
    members.put(spec.id(), new Served(spec, incarnation, State.SERVED));
    listener.joined(spec.id());
  }

  /** Adds a member that joined in an earlier life of this agent, unless it has joined since. */
  void joinedBeforeRestart(ServiceSpec spec, Incarnation incarnation) {
    members.putIfAbsent(spec.id(), new Served(spec, incarnation, State.JOINED_BEFORE_RESTART));
  }

  /** Changes a member's state. Does nothing where the member never joined through this agent. */
  void changeState(MemberId id, State state) {
    members.computeIfPresent(
        id, (known, served) -> new Served(served.spec(), served.incarnation(), state));
    if (state == State.LEFT) {
      listener.ended(id);
    }
  }

  void forget(MemberId id) {
    members.remove(id);
    listener.ended(id);
  }

  Optional<Served> get(MemberId id) {
    return Optional.ofNullable(members.get(id));
  }

  boolean isServed(MemberId id) {
    return get(id).filter(served -> served.state() == State.SERVED).isPresent();
  }

  /**
   * Whether a service joined as it is, and is to be joined again, because its heartbeat could not
   * be started.
   */
  boolean isNotBeating(ServiceSpec spec) {
    return get(spec.id())
        .filter(own -> own.state() == State.NOT_BEATING && own.spec().equals(spec))
        .isPresent();
  }

  /** Returns a copy of all ids, whatever the members' states. */
  Set<MemberId> ids() {
    // Set.copyOf would be quadratic here: the hash codes of numbered names follow each other and
    // fill its table without gaps.
    return new HashSet<>(members.keySet());
  }
}

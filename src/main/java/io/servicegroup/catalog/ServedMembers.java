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
 * The members that were joined through this agent, in this process, and what became of them.
 *
 * <p>Not thread-safe.
 */
final class ServedMembers {

  /** What is another agent's to end. */
  static final Set<State> SERVED_ELSEWHERE =
      EnumSet.of(State.SUPERSEDED, State.ABANDONED, State.CONFLICT, State.MOVED);

  private final Map<MemberId, Served> members = new HashMap<>();
  private Listener listener = new Listener() {};

  /** Is told what becomes of members. */
  interface Listener {
    /** This agent beats for it from here on. */
    default void joined(MemberId id) {}

    /** It left or was deleted: nothing of it is this agent's any more. */
    default void ended(MemberId id) {}
  }

  /** What became of a member. */
  enum State {
    /** This agent beats for it. */
    SERVED,
    /** It was joined, and nobody took up beating for it: to be joined again. */
    NOT_BEATING,
    /** Another agent joined it later. */
    SUPERSEDED,
    /** Another agent joined it later, and fell silent: to be joined again. */
    ABANDONED,
    /** This agent may not beat for it any more, for another cause. */
    CONFLICT,
    /** It left in good order. */
    LEFT,
    /** It joined here before a restart of this agent, and is not served again, or not yet. */
    JOINED_BEFORE_RESTART,
    /** As {@link #JOINED_BEFORE_RESTART}, but somebody else serves it now. */
    MOVED
  }

  /**
   * A member that was joined here.
   *
   * @param spec with what it was joined
   * @param incarnation the life that the last join here began
   * @param state what became of it
   */
  record Served(ServiceSpec spec, Incarnation incarnation, State state) {}

  /** Tells what becomes of members, from here on. */
  void setListener(Listener newListener) {
    listener = newListener;
  }

  void joined(ServiceSpec spec, Incarnation incarnation) {
    members.put(spec.id(), new Served(spec, incarnation, State.SERVED));
    listener.joined(spec.id());
  }

  /** It was joined in an earlier life of this agent; what was joined since stays as it is. */
  void joinedBeforeRestart(ServiceSpec spec, Incarnation incarnation) {
    members.putIfAbsent(spec.id(), new Served(spec, incarnation, State.JOINED_BEFORE_RESTART));
  }

  /** Does nothing to a member that was never joined here. */
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

  /** Whether a service was joined as it is, and is to be joined again, as nobody beats for it. */
  boolean isNotBeating(ServiceSpec spec) {
    return get(spec.id())
        .filter(own -> own.state() == State.NOT_BEATING && own.spec().equals(spec))
        .isPresent();
  }

  /** A copy of them all, whatever became of them. */
  Set<MemberId> ids() {
    // Not Set.copyOf: names that are counted up share hash codes but for the end, which fills its
    // table without gaps and makes it quadratic.
    return new HashSet<>(members.keySet());
  }
}

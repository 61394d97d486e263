package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Maps the states that agents report to the columns {@code state} and {@code state_reason} of
 * {@code servicegroup_members}. Every end is written as {@link State#LEFT} with its own word as the
 * reason, so that an agent that does not know the word reads that the member left rather than that
 * it beats.
 */
final class PostgresStates {

  /** The state of a member that has just joined, as an SQL literal. */
  static final String ALIVE = literal(State.ALIVE);

  /** The states in which beats are written, as an SQL list. */
  static final String BEATING =
      Arrays.stream(State.values())
          .filter(State::beats)
          .map(PostgresStates::literal)
          .collect(Collectors.joining(", ", "(", ")"));

  private PostgresStates() {}

  private static String literal(State state) {
    return "'" + state.text() + "'";
  }

  /** The value of {@code state}. */
  static String word(State state) {
    return state.isEnd() ? State.LEFT.text() : state.text();
  }

  /** The value of {@code state_reason}; null where there is none. */
  static String reason(State state, Heartbeat heartbeat) {
    if (!state.isEnd()) {
      return heartbeat.reason();
    }
    return state == State.LEFT ? null : state.text();
  }

  /** Reads a state. A word that this agent does not know proves nothing: the row's count tells. */
  static State read(String word, String reason) {
    State state = find(word).orElse(State.ALIVE);
    return state == State.LEFT ? find(reason).filter(State::isEnd).orElse(state) : state;
  }

  private static Optional<State> find(String word) {
    return Arrays.stream(State.values()).filter(state -> state.text().equals(word)).findFirst();
  }
}

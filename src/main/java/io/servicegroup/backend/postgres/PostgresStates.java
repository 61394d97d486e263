package io.servicegroup.backend.postgres;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Heartbeat.State;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How {@code servicegroup_members} keeps what agents state: in {@code state} and {@code
 * state_reason}. Every end is written as {@link State#LEFT}, with its own word as the reason: an
 * agent that does not know the word reads that the member left, and not that it beats.
 */
final class PostgresStates {

  /** Of a member that has joined, as a literal of SQL. */
  static final String ALIVE = literal(State.ALIVE);

  /** Those in which beats are written, as a list of SQL. */
  static final String BEATING =
      Arrays.stream(State.values())
          .filter(State::beats)
          .map(PostgresStates::literal)
          .collect(Collectors.joining(", ", "(", ")"));

  private PostgresStates() {}

  private static String literal(State state) {
    return "'" + state.text() + "'";
  }

  /** What stands in {@code state}. */
  static String word(State state) {
    return state.isEnd() ? State.LEFT.text() : state.text();
  }

  /** What stands in {@code state_reason} of a member that is so; null where nothing does. */
  static String reason(State state, Heartbeat heartbeat) {
    if (!state.isEnd()) {
      return heartbeat.reason();
    }
    return state == State.LEFT ? null : state.text();
  }

  /** What was written. A word that this agent does not know says nothing: the count tells. */
  static State read(String word, String reason) {
    State state = find(word).orElse(State.ALIVE);
    return state == State.LEFT ? find(reason).filter(State::isEnd).orElse(state) : state;
  }

  private static Optional<State> find(String word) {
    return Arrays.stream(State.values()).filter(state -> state.text().equals(word)).findFirst();
  }
}

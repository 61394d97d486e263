package io.servicegroup.model;

import java.time.Instant;

/**
 * What is known about a liveness backend, published once per change.
 *
 * @param backend its configured name
 * @param state whether it can be used
 * @param since when it came to be so, by this process's wall clock
 * @param massSilence the writers that fell silent together and are given time, or null
 * @param postponed how many members' verdicts wait because failures or losses of data in a row
 *     postpone them, or because their own beats cannot be written; as many as there were when that
 *     began
 */
public record BackendState(
    String backend, State state, Instant since, MassSilence massSilence, int postponed) {

  /** A state in which nothing is postponed. */
  public BackendState(String backend, State state, Instant since, MassSilence massSilence) {
    this(backend, state, since, massSilence, 0);
  }

  /** Whether a backend can be used. */
  public enum State {
    /** Beats can be written and seen. */
    REACHABLE,
    /** They cannot. Nothing that is silent counts as such. */
    UNREACHABLE,
    /** It came back empty or older than it was, and is used from here on. */
    DATA_LOST;

    private final String text = EnumText.of(this);

    /**
     * The word used in JSON.
     *
     * @return the name in lower case
     */
    public String text() {
      return text;
    }

    /**
     * Reads the word used in JSON.
     *
     * @param text the name in lower case
     * @return the state
     * @throws IllegalArgumentException where there is no such state
     */
    public static State of(String text) {
      return EnumText.parse(State.class, text);
    }
  }

  /**
   * Writers that fell silent together, whose members' verdicts are withheld for a while.
   *
   * @param silent how many writers are silent
   * @param writers how many were in sight
   * @param heldMillis for how long their verdicts are withheld, in milliseconds of witnessed time
   */
  public record MassSilence(int silent, int writers, long heldMillis) {}
}

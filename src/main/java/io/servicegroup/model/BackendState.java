package io.servicegroup.model;

import java.time.Instant;

/**
 * The state of a liveness backend, published once per change.
 *
 * @param backend the backend's configured name
 * @param state whether the backend can be used
 * @param since when the state began, by this process's wall clock
 * @param massSilence the writers that fell silent together and whose verdicts are withheld, or null
 * @param postponed the number of members whose verdicts are withheld because the backend fails or
 *     loses data repeatedly, or because their own beats cannot be written; it is the number at the
 *     time when that began
 */
public record BackendState(
    String backend, State state, Instant since, MassSilence massSilence, int postponed) {

  /** Makes a state in which no verdict is postponed. */
  public BackendState(String backend, State state, Instant since, MassSilence massSilence) {
    this(backend, state, since, massSilence, 0);
  }

  /** Whether a backend can be used. */
  public enum State {
    /** Beats can be written and seen. */
    REACHABLE,
    /** Beats cannot be written and seen; silence does not count meanwhile. */
    UNREACHABLE,
    /** The backend came back empty or with older data, and is used again. */
    DATA_LOST;

    private final String text = EnumText.of(this);

    /**
     * Writes the word used in JSON.
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
   * Writers that fell silent together. The verdicts on their members are withheld for a while.
   *
   * @param silent the number of silent writers
   * @param writers the number of writers that were in sight
   * @param withheldMillis how long the verdicts are withheld, in milliseconds of the witness clock
   */
  public record MassSilence(int silent, int writers, long withheldMillis) {}
}

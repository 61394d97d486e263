package io.servicegroup.model;

import java.util.Locale;

/**
 * What an agent says about one of its own members, again with every {@code servicegroup.heartbeat}.
 *
 * @param id the member
 * @param incarnation the life that the agent joined it with
 * @param count how often the agent has reported it in this incarnation; grows with each report of a
 *     living member
 * @param state what is to be written
 * @param reason a sentence about a failure, or null
 */
public record Heartbeat(
    MemberId id, Incarnation incarnation, long count, State state, String reason) {

  /** What an agent reports of its member. */
  public enum State {
    /** Its probe passes, or it has none. */
    ALIVE,
    /** Its probe fails. News, to be written at once. */
    FAILED,
    /** Its agent stops for an upgrade: an absence is silence until further notice. */
    RESTARTING,
    /** It was deleted from the catalogue: the last that is written of it, and never a message's. */
    DELETED;

    private final String text = name().toLowerCase(Locale.ROOT);

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
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }
}

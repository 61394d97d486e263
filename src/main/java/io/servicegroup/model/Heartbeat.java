package io.servicegroup.model;

/**
 * An agent's report about one of its own members, repeated in every {@code servicegroup.heartbeat}.
 *
 * @param id the member
 * @param incarnation the incarnation with which the agent joined the member
 * @param count the number of reports in this incarnation; grows with each report of a living member
 * @param state the state that is to be written to the backends
 * @param reason a sentence about a failure, or null
 */
public record Heartbeat(
    MemberId id, Incarnation incarnation, long count, State state, String reason) {

  /**
   * Tells the state that is written when the agent stops to beat for the member.
   *
   * @return this state where it is an end, otherwise {@link State#LEFT}
   */
  public State end() {
    return state.isEnd() ? state : State.LEFT;
  }

  /**
   * The states that an agent gives its own members. This enum alone says how each is written in
   * messages and stores, whether the agent beats in it, and which absence its readers take it for.
   * A new reason that an agent states is a new constant here, with its {@link Absence.Cause}.
   */
  public enum State {
    /** The member's probe passes, or it has none. */
    ALIVE(Kind.BEATING, null),
    /** The member's probe fails, which is written to the backends at once. */
    FAILED(Kind.SILENT, Absence.Cause.PROBE_FAILED),
    /** The member's agent stops for an upgrade, so that an absence counts as silence only. */
    RESTARTING(Kind.BEATING, Absence.Cause.RESTARTING),
    /** The member left. It is the last state that is written, and is never in a message. */
    LEFT(Kind.ENDED, Absence.Cause.LEFT),
    /** The member was deleted. It is the last state that is written, and is never in a message. */
    DELETED(Kind.ENDED, Absence.Cause.DELETED);

    private enum Kind {
      BEATING,
      SILENT,
      ENDED
    }

    private final Kind kind;
    private final Absence.Cause absence;
    private final String text = EnumText.of(this);

    State(Kind kind, Absence.Cause absence) {
      this.kind = kind;
      this.absence = absence;
    }

    /**
     * Tells whether the agent beats for a member in this state.
     *
     * @return whether beats are written
     */
    public boolean beats() {
      return kind == Kind.BEATING;
    }

    /**
     * Tells whether this is the last state of an incarnation.
     *
     * @return whether nothing more is written about the incarnation
     */
    public boolean isEnd() {
      return kind == Kind.ENDED;
    }

    /**
     * Tells which absence a reader of this state takes it for.
     *
     * @return the cause of the absence; null where the member is not absent
     */
    public Absence.Cause absence() {
      return absence;
    }

    /**
     * Writes the word used in messages and in stores.
     *
     * @return the name in lower case
     */
    public String text() {
      return text;
    }

    /**
     * Reads the word used in messages and in stores.
     *
     * @param text the name in lower case
     * @return the state
     * @throws IllegalArgumentException where there is no such state
     */
    public static State of(String text) {
      return EnumText.parse(State.class, text);
    }
  }
}

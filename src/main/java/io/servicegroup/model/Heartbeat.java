package io.servicegroup.model;

/**
 * What an agent says about one of its own members, again with every {@code servicegroup.heartbeat}.
 *
 * @param id the member
 * @param incarnation the incarnation that the agent joined it with
 * @param count how often the agent has reported it in this incarnation; grows with each report of a
 *     living member
 * @param state what is to be written
 * @param reason a sentence about a failure, or null
 */
public record Heartbeat(
    MemberId id, Incarnation incarnation, long count, State state, String reason) {

  /**
   * What is said of the member now that its agent does not beat for it any more.
   *
   * @return the end that was stated, or else that it left
   */
  public State end() {
    return state.isEnd() ? state : State.LEFT;
  }

  /**
   * What an agent states about a member of its own: the one place that says how each statement is
   * written in messages and stores, what it means to who beats, and which absence it is to who
   * reads. A new reason that an agent states is one here, with its {@link Absence.Cause}.
   */
  public enum State {
    /** Its probe passes, or it has none. */
    ALIVE(Kind.BEATING, null),
    /** Its probe fails. News, to be written at once. */
    FAILED(Kind.SILENT, Absence.Cause.PROBE_FAILED),
    /** Its agent stops for an upgrade: an absence is silence until further notice. */
    RESTARTING(Kind.BEATING, Absence.Cause.RESTARTING),
    /** It left in good order: the last that is written of it, and never a message's. */
    LEFT(Kind.OVER, Absence.Cause.LEFT),
    /** It was deleted from the catalogue: the last that is written of it, and never a message's. */
    DELETED(Kind.OVER, Absence.Cause.DELETED);

    private enum Kind {
      BEATING,
      SILENT,
      OVER
    }

    private final Kind kind;
    private final Absence.Cause absence;
    private final String text = EnumText.of(this);

    State(Kind kind, Absence.Cause absence) {
      this.kind = kind;
      this.absence = absence;
    }

    /**
     * Whether beats are written while it is so.
     *
     * @return whether its agent goes on beating for it
     */
    public boolean beats() {
      return kind == Kind.BEATING;
    }

    /**
     * Whether nothing more will be said of that incarnation.
     *
     * @return whether its agent's membership is over
     */
    public boolean isEnd() {
      return kind == Kind.OVER;
    }

    /**
     * What it is to whoever reads it.
     *
     * @return why the member is absent; null where it is not
     */
    public Absence.Cause absence() {
      return absence;
    }

    /**
     * The word used in messages and in stores.
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

package io.servicegroup.model;

/**
 * A backend's statement that a member is gone. It carries the incarnation and the count that it
 * refers to, so that a late absence does not make a living member {@code DOWN}, and a late beat
 * does not make a dead one {@code UP}.
 *
 * @param id the member
 * @param incarnation the incarnation that ended, or null for members that no agent of ours joined
 * @param count the count of the last beat before the absence; only a beat with a greater one, or
 *     one of a newer incarnation, makes the member {@code UP} again
 * @param cause why the member is absent
 */
public record Absence(MemberId id, Incarnation incarnation, long count, Cause cause) {

  /** Why a member is absent. */
  public enum Cause {
    /** Its agent wrote that its probe fails. */
    PROBE_FAILED(Source.REPORTED, Reason.PROBE_FAILED),
    /** Its agent wrote that it left. */
    LEFT(Source.FAREWELL, Reason.LEFT),
    /** It was deleted from the catalogue, as whoever deleted it wrote. */
    DELETED(Source.FAREWELL, Reason.DELETED),
    /** The backend ended its session; no agent stated why. */
    SESSION_EXPIRED(Source.CONCLUDED, Reason.SESSION_EXPIRED),
    /** The address of its process refused a connection of this agent, so it is dead now. */
    REFUSED(Source.OBSERVED, Reason.SESSION_EXPIRED),
    /** A key that other software writes in tooz's layout expired; nobody stated why. */
    EXPIRED(Source.CONCLUDED, Reason.HEARTBEAT_TIMEOUT),
    /** Its agent announced a restart, so that the absence counts as silence only. */
    RESTARTING(Source.SILENCE, Reason.HEARTBEAT_TIMEOUT);

    private enum Source {
      REPORTED,
      FAREWELL,
      CONCLUDED,
      OBSERVED,
      SILENCE
    }

    private final Source source;
    private final Reason reason;
    private final String text = EnumText.of(this);

    Cause(Source source, Reason reason) {
      this.source = source;
      this.reason = reason;
    }

    /**
     * Tells whether the member's own agent, or whoever deleted it, wrote the absence.
     *
     * @return false where the backend or this agent concluded it
     */
    public boolean stated() {
      return source == Source.REPORTED || source == Source.FAREWELL;
    }

    /**
     * Tells whether the agent that wrote the absence goes on reporting the member.
     *
     * @return whether the absence shows that the agent is alive; false where its agent will write
     *     nothing more about this incarnation
     */
    public boolean isReported() {
      return source == Source.REPORTED;
    }

    /**
     * Tells whether this agent observed the absence itself. A server that was away may end the
     * presence of members before it hears them again, so what it concludes is doubtful after a
     * missed round trip; what this agent observed is not.
     *
     * @return whether the absence was observed here
     */
    public boolean observed() {
      return source == Source.OBSERVED;
    }

    /**
     * Tells whether the absence counts as silence, which becomes {@code DOWN} only after {@code
     * service_down_time}.
     *
     * @return true for an announced restart
     */
    public boolean isSilence() {
      return source == Source.SILENCE;
    }

    /**
     * Tells the reason that a status change will have.
     *
     * @return the reason
     */
    public Reason reason() {
      return reason;
    }

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
     * @return the cause
     * @throws IllegalArgumentException where there is no such cause
     */
    public static Cause of(String text) {
      return EnumText.parse(Cause.class, text);
    }
  }
}

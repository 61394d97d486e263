package io.servicegroup.model;

/**
 * A backend's word that a member is not there any more. Carries the incarnation and the count it
 * refers to, so that a late one kills nobody and a late beat revives nobody.
 *
 * @param id the member
 * @param incarnation the incarnation that ended, or null for members that no agent of ours joined
 * @param count the count of the last beat before; only a greater one revives
 * @param cause why it is absent
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
    /** The backend ended its session; nobody said anything. */
    SESSION_EXPIRED(Source.CONCLUDED, Reason.SESSION_EXPIRED),
    /** The address of its process refused a connection of this agent: it is dead as of now. */
    REFUSED(Source.OBSERVED, Reason.SESSION_EXPIRED),
    /** A key that somebody else's software keeps alive expired; nobody said anything. */
    EXPIRED(Source.CONCLUDED, Reason.HEARTBEAT_TIMEOUT),
    /** It is being upgraded: silence, not news. */
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
     * Whether the member's own agent said so, rather than the backend concluding it.
     *
     * @return whether the absence was stated
     */
    public boolean stated() {
      return source == Source.REPORTED || source == Source.FAREWELL;
    }

    /**
     * Whether an agent that goes on reporting the member said so, rather than one that said its
     * last word of it.
     *
     * @return whether the absence proves that the agent lives
     */
    public boolean isReported() {
      return source == Source.REPORTED;
    }

    /**
     * Whether this agent found it out by itself, rather than a server that may have been away and
     * ended the presence of others before it heard them: a missed round trip makes it no less true.
     *
     * @return whether the absence was observed here
     */
    public boolean observed() {
      return source == Source.OBSERVED;
    }

    /**
     * Whether it is silence that was announced: time decides, as it does of whom nothing is heard.
     *
     * @return whether the absence is no news
     */
    public boolean isSilence() {
      return source == Source.SILENCE;
    }

    /**
     * What the status change will say.
     *
     * @return the reason
     */
    public Reason reason() {
      return reason;
    }

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
     * @return the cause
     * @throws IllegalArgumentException where there is no such cause
     */
    public static Cause of(String text) {
      return EnumText.parse(Cause.class, text);
    }
  }
}

package io.servicegroup.model;

import java.util.Locale;

/**
 * A backend's word that a member is not there any more. Carries the incarnation and the count it
 * refers to, so that a late one kills nobody and a late beat revives nobody.
 *
 * @param id the member
 * @param incarnation the life that ended, or null for members that no agent of ours joined
 * @param count the count of the last beat before; only a greater one revives
 * @param cause why it is absent
 */
public record Absence(MemberId id, Incarnation incarnation, long count, Cause cause) {

  /** Why a member is absent. */
  public enum Cause {
    /** Its agent wrote that its probe fails. */
    PROBE_FAILED(true, Reason.PROBE_FAILED),
    /** Its agent wrote that it left. */
    LEFT(true, Reason.LEFT),
    /** It was deleted from the catalogue, as whoever deleted it wrote. */
    DELETED(true, Reason.DELETED),
    /** The backend ended its session; nobody said anything. */
    SESSION_EXPIRED(false, Reason.SESSION_EXPIRED),
    /** The address of its process refused a connection of this agent: it is dead as of now. */
    REFUSED(false, Reason.SESSION_EXPIRED),
    /** A key that somebody else's software keeps alive expired; nobody said anything. */
    EXPIRED(false, Reason.HEARTBEAT_TIMEOUT),
    /** It is being upgraded: silence, not news. */
    RESTARTING(false, Reason.HEARTBEAT_TIMEOUT);

    private final boolean stated;
    private final Reason reason;
    private final String text = name().toLowerCase(Locale.ROOT);

    Cause(boolean stated, Reason reason) {
      this.stated = stated;
      this.reason = reason;
    }

    /**
     * Whether the member's own agent said so, rather than the backend concluding it.
     *
     * @return whether the absence was stated
     */
    public boolean stated() {
      return stated;
    }

    /**
     * Whether this agent found it out by itself, rather than a server that may have been away and
     * ended the presence of others before it heard them: a missed round trip makes it no less true.
     *
     * @return whether the absence was observed here
     */
    public boolean observed() {
      return this == REFUSED;
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
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }
}

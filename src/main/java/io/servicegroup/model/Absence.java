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

package io.servicegroup.model;

/** Why a member has the status it has. Written in lower case on the bus and over HTTP. */
public enum Reason {
  /** The first verdict of an evaluator, repeating what was so before it started. */
  INITIAL,
  /** Seen, or seen again. */
  HEARTBEAT,
  /** Silent for {@code service_down_time} of witnessed time. */
  HEARTBEAT_TIMEOUT,
  /** The backend's session of the member's agent is over. */
  SESSION_EXPIRED,
  /** The agent beside the member reports that its probe fails. */
  PROBE_FAILED,
  /** The member left in good order. */
  LEFT,
  /** The member was removed from the catalogue. */
  DELETED,
  /** An operator forced it down. */
  FORCED_DOWN,
  /** An operator took the force away; the beats decide again. */
  FORCED_DOWN_CLEARED,
  /** A new incarnation. */
  RESTARTED;

  private final String text = EnumText.of(this);

  /**
   * The word used in JSON.
   *
   * @return for example {@code heartbeat_timeout}
   */
  public String text() {
    return text;
  }

  /**
   * Reads the word used in JSON.
   *
   * @param text for example {@code heartbeat_timeout}
   * @return the reason
   * @throws IllegalArgumentException where there is no such reason
   */
  public static Reason of(String text) {
    return EnumText.parse(Reason.class, text);
  }
}

package io.servicegroup.model;

/** Why a member has its status. It is written in lower case on the event bus and in HTTP. */
public enum Reason {
  /** The first verdict of an evaluator repeats the status from before the evaluator started. */
  INITIAL,
  /** The member was seen, or was seen again. */
  HEARTBEAT,
  /** The member was silent for {@code service_down_time} of witnessed time. */
  HEARTBEAT_TIMEOUT,
  /** The session of the member's agent in the backend ended. */
  SESSION_EXPIRED,
  /** The member's agent reports that the member's probe fails. */
  PROBE_FAILED,
  /** The member left. */
  LEFT,
  /** The member was removed from the catalogue. */
  DELETED,
  /** An operator forced the member down. */
  FORCED_DOWN,
  /** An operator cleared {@code forced_down}, so that the beats decide again. */
  FORCED_DOWN_CLEARED,
  /** The member has a new incarnation. */
  RESTARTED;

  private final String text = EnumText.of(this);

  /**
   * Writes the word used in JSON.
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

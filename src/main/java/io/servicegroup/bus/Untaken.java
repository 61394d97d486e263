package io.servicegroup.bus;

import io.servicegroup.model.MemberId;

/**
 * A member that joined through this agent before it was restarted, and is not served again.
 *
 * @param id the member
 * @param state whether it will be
 * @param reason why it is not, as a clause
 */
public record Untaken(MemberId id, State state, String reason) {

  /**
   * For reports of health.
   *
   * @return what became of it, as a clause
   */
  public String text() {
    String before = "joined before this agent was restarted, and is ";
    return switch (state) {
      case WAITING -> before + "being taken up again";
      case ANOTHERS -> before + "not taken up: " + reason;
      case REFUSED -> before + "not taken up: join it again, since " + reason;
    };
  }

  /** Whether a member will be served again. */
  public enum State {
    /** As soon as may be. */
    WAITING,
    /** Another life of this agent's id serves it for as long as it is seen. */
    ANOTHERS,
    /** Never, unless somebody joins it again. */
    REFUSED
  }
}

package io.servicegroup.bus;

import io.servicegroup.model.MemberId;

/**
 * A member that joined through this agent before the agent was restarted, and that the agent does
 * not serve again, or not yet.
 *
 * @param id the member
 * @param state whether the agent will serve it
 * @param reason why it does not serve it now, as a clause
 */
public record UnservedMember(MemberId id, State state, String reason) {

  /**
   * Describes the member for {@code /health}.
   *
   * @return what became of the member, as a clause
   */
  public String text() {
    String before = "joined before this agent was restarted, and is ";
    return switch (state) {
      case WAITING -> before + "being taken up again";
      case SERVED_ELSEWHERE -> before + "not taken up: " + reason;
      case REFUSED -> before + "not taken up: join it again, since " + reason;
    };
  }

  /** Whether the agent will serve a member again. */
  public enum State {
    /** The agent serves it again as soon as it can. */
    WAITING,
    /** Another process with this agent's id serves it, for as long as that process is seen. */
    SERVED_ELSEWHERE,
    /** The agent does not serve it unless it joins again. */
    REFUSED
  }
}

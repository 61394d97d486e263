package io.servicegroup.detect;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.detect.Vote.Choice;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;

/**
 * How the votes of several backends make one verdict. A backend that never saw the member and was
 * not recorded for it has no vote here (null). One that cannot be reached has no vote under {@link
 * Rule#ALL}; its last up stands under {@link Rule#ANY}.
 */
final class VerdictRules {

  private VerdictRules() {}

  /**
   * Finds the vote that decides.
   *
   * @param cast the vote that was just cast, preferred among equals; or null
   * @return the vote, or null where the verdict that stands is to stand: nobody can vote, or
   *     somebody who can has not made up its mind
   */
  static Vote decisive(Rule rule, Vote[] votes, Vote cast) {
    Choice strong = rule == Rule.ALL ? Choice.DOWN : Choice.UP;
    Choice weak = rule == Rule.ALL ? Choice.UP : Choice.DOWN;
    Vote found = find(rule, votes, cast, strong);
    if (found != null) {
      return found;
    }
    for (Vote vote : votes) {
      if (vote != null && vote.backend.reachable && vote.choice == Choice.PENDING) {
        return null;
      }
    }
    return find(rule, votes, cast, weak);
  }

  /**
   * Finds the reason to give.
   *
   * @param decisive the vote that decides
   * @param why the reason to give for an up instead of the vote's, or null
   * @return the reason; only used where there is a change to tell
   */
  static Reason reason(Tracked tracked, Vote decisive, Reason why) {
    boolean up = decisive.choice == Choice.UP;
    if (tracked.status == Status.UNKNOWN) {
      boolean asBefore = tracked.found && (up || decisive.reason == Reason.HEARTBEAT_TIMEOUT);
      return asBefore ? Reason.INITIAL : decisive.reason;
    }
    if (up && why != null) {
      return why;
    }
    return up && tracked.isNewLife(decisive.incarnation()) ? Reason.RESTARTED : decisive.reason;
  }

  private static Vote find(Rule rule, Vote[] votes, Vote cast, Choice choice) {
    if (cast != null && counts(rule, cast) && cast.choice == choice) {
      return cast;
    }
    for (Vote vote : votes) {
      if (vote != null && counts(rule, vote) && vote.choice == choice) {
        return vote;
      }
    }
    return null;
  }

  private static boolean counts(Rule rule, Vote vote) {
    return vote.backend.reachable || (rule == Rule.ANY && vote.choice == Choice.UP);
  }
}

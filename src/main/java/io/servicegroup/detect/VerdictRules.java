package io.servicegroup.detect;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.detect.Vote.Choice;

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

package io.servicegroup.detect;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.detect.Vote.Choice;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;

/**
 * How the votes of several backends make one verdict. A backend that never saw the member and was
 * not recorded for it abstains, except where all do: then none may see it. One that cannot be
 * reached has no vote under {@link Rule#ALL}; its last up stands under {@link Rule#ANY}.
 */
final class VerdictRules {

  private VerdictRules() {}

  /**
   * Finds the vote that decides.
   *
   * @param rule how the votes combine
   * @param tracked the member with its votes; null for a backend that has none
   * @param cast the vote that was just cast, preferred among equals; or null
   * @return the vote, or null where the verdict that stands is to stand: nobody can vote, or
   *     somebody who can has not made up its mind
   */
  static Vote decisive(Rule rule, Tracked tracked, Vote cast) {
    boolean anybody = isAnybodyEntitled(tracked);
    Rule applied = anybody ? rule : Rule.ANY;
    Choice strong = applied == Rule.ALL ? Choice.DOWN : Choice.UP;
    Vote found = find(applied, tracked.votes, cast, strong, anybody);
    if (found != null) {
      return found;
    }
    for (Vote vote : tracked.votes) {
      if (vote != null && (anybody ? isUndecided(vote) && isEntitled(vote) : mayYetSee(vote))) {
        return null;
      }
    }
    Choice weak = applied == Rule.ALL ? Choice.UP : Choice.DOWN;
    return find(applied, tracked.votes, cast, weak, anybody);
  }

  private static boolean isUndecided(Vote vote) {
    return vote.backend.reachable && vote.choice == Choice.PENDING;
  }

  /** That nobody sees a member is known only where all were able to look. */
  private static boolean mayYetSee(Vote vote) {
    return !vote.backend.reachable || vote.choice == Choice.PENDING;
  }

  /** Whether nobody who has a vote can be reached. */
  static boolean isStale(Tracked tracked) {
    boolean anybody = isAnybodyEntitled(tracked);
    for (Vote vote : tracked.votes) {
      if (vote != null && vote.backend.reachable && (!anybody || isEntitled(vote))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAnybodyEntitled(Tracked tracked) {
    for (Vote vote : tracked.votes) {
      if (vote != null && isEntitled(vote)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEntitled(Vote vote) {
    return !vote.neverSeen() || vote.tracked.isRecorded(vote.backend);
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

  private static Vote find(
      Rule rule, Vote[] votes, Vote cast, Choice choice, boolean entitledOnly) {
    if (cast != null && counts(rule, cast, choice, entitledOnly)) {
      return cast;
    }
    for (Vote vote : votes) {
      if (vote != null && counts(rule, vote, choice, entitledOnly)) {
        return vote;
      }
    }
    return null;
  }

  private static boolean counts(Rule rule, Vote vote, Choice choice, boolean entitledOnly) {
    return vote.choice == choice
        && (!entitledOnly || isEntitled(vote))
        && (vote.backend.reachable || (rule == Rule.ANY && choice == Choice.UP));
  }
}

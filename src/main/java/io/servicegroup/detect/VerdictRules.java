package io.servicegroup.detect;

import io.servicegroup.detect.BackendClock.Weight;
import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.detect.Evidence.Choice;
import io.servicegroup.detect.Evidence.Dead;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;

/**
 * How the evidence of several backends makes one verdict. A backend that never saw the member and
 * was not recorded for it abstains, except where all do: then none may see it. One that is out has
 * no vote under {@link Rule#ALL}; its last up stands under {@link Rule#ANY}.
 */
final class VerdictRules {

  private final Rule rule;

  VerdictRules(Rule rule) {
    this.rule = rule;
  }

  /**
   * Finds the testimony that decides. A function of the evidence at hand; the one that changed last
   * only goes first among equals.
   *
   * @param tracked the member with its testimonies; null for a backend that has none
   * @param last the testimony that changed last, or null
   * @return the testimony, or null where the verdict that stands is to stand: nobody can vote, or
   *     somebody who can has not made up its mind
   */
  Testimony decisive(Tracked tracked, Testimony last) {
    boolean anybody = isAnybodyEntitled(tracked);
    Rule applied = anybody ? rule : Rule.ANY;
    Choice strong = applied == Rule.ALL ? Choice.DOWN : Choice.UP;
    Testimony found = find(applied, tracked, last, strong, anybody);
    if (found != null) {
      return found;
    }
    for (Testimony testimony : tracked.testimonies) {
      if (testimony != null
          && (anybody ? isUndecided(testimony) && isEntitled(testimony) : mayYetSee(testimony))) {
        return null;
      }
    }
    Choice weak = applied == Rule.ALL ? Choice.UP : Choice.DOWN;
    return find(applied, tracked, last, weak, anybody);
  }

  private static boolean isUndecided(Testimony testimony) {
    return !isOut(testimony) && testimony.vote() == Choice.PENDING;
  }

  /** That nobody sees a member is known only where all were able to look. */
  private static boolean mayYetSee(Testimony testimony) {
    return isOut(testimony) || testimony.vote() == Choice.PENDING;
  }

  private static boolean isOut(Testimony testimony) {
    return testimony.backend.clock().weight() == Weight.OUT;
  }

  /**
   * Whether a verdict may be out of date: nobody who has a vote can be reached, or it is by the
   * word of one who cannot.
   */
  boolean isStale(Tracked tracked) {
    boolean anybody = isAnybodyEntitled(tracked);
    boolean voters = false;
    boolean missing = false;
    boolean upNow = false;
    boolean upBefore = false;
    for (Testimony testimony : tracked.testimonies) {
      if (testimony != null && (!anybody || isEntitled(testimony))) {
        boolean reached = testimony.backend.clock().weight() == Weight.REACHABLE;
        boolean up = testimony.vote() == Choice.UP;
        voters |= reached;
        missing |= !reached;
        upNow |= reached && up;
        upBefore |= !reached && up;
      }
    }
    boolean rests = tracked.status == Status.UP && rule == Rule.ANY && upBefore && !upNow;
    boolean waits = tracked.status == Status.UNKNOWN && !anybody && missing;
    return !voters || rests || waits;
  }

  private static boolean isAnybodyEntitled(Tracked tracked) {
    for (Testimony testimony : tracked.testimonies) {
      if (testimony != null && isEntitled(testimony)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEntitled(Testimony testimony) {
    return !testimony.neverSeen() || testimony.tracked.isRecorded(testimony.backend);
  }

  /**
   * Finds the reason to give.
   *
   * @param decisive the testimony that decides
   * @param why the reason to give for an up instead of the testimony's, or null
   * @return the reason; only used where there is a change to tell
   */
  static Reason reason(Tracked tracked, Testimony decisive, Reason why) {
    boolean up = decisive.vote() == Choice.UP;
    Reason own = decisive.evidence instanceof Dead dead ? dead.reason() : Reason.HEARTBEAT;
    if (tracked.status == Status.UNKNOWN) {
      boolean asBefore = tracked.found && (up || own == Reason.HEARTBEAT_TIMEOUT);
      return asBefore ? Reason.INITIAL : own;
    }
    if (up && why != null) {
      return why;
    }
    return up && tracked.isNewLife(decisive.incarnation()) ? Reason.RESTARTED : own;
  }

  private static Testimony find(
      Rule rule, Tracked tracked, Testimony last, Choice choice, boolean entitledOnly) {
    if (last != null && counts(rule, last, choice, entitledOnly)) {
      return last;
    }
    for (Testimony testimony : tracked.testimonies) {
      if (testimony != null && counts(rule, testimony, choice, entitledOnly)) {
        return testimony;
      }
    }
    return null;
  }

  private static boolean counts(
      Rule rule, Testimony testimony, Choice choice, boolean entitledOnly) {
    return testimony.vote() == choice
        && (!entitledOnly || isEntitled(testimony))
        && (!isOut(testimony) || (rule == Rule.ANY && choice == Choice.UP));
  }
}

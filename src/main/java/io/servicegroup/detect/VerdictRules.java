package io.servicegroup.detect;

import io.servicegroup.detect.BackendClock.Weight;
import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.detect.EvidenceState.Choice;
import io.servicegroup.detect.EvidenceState.Dead;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;

/**
 * The rules by which the votes of several backends become one verdict. A backend abstains where it
 * never saw the member and the catalogue does not record it for the member. Where all backends
 * abstain, the member is down once none of them sees it. A backend that is out has no vote under
 * {@link Rule#ALL}; under {@link Rule#ANY} its last vote for up stands.
 */
final class VerdictRules {

  private final Rule rule;

  VerdictRules(Rule rule) {
    this.rule = rule;
  }

  /**
   * Finds the evidence that decides. It depends on the present evidence only; among those with the
   * same vote, the one that changed last is preferred, so that the verdict names it.
   *
   * @param tracked the member with its evidence; null for a backend that has none
   * @param last the evidence that changed last, or null
   * @return the evidence, or null where the present verdict is to stay: no backend can vote, or one
   *     that can vote is still waiting
   */
  Evidence decisive(TrackedMember tracked, Evidence last) {
    boolean anybody = isAnybodyEntitled(tracked);
    Rule applied = anybody ? rule : Rule.ANY;
    Choice strong = applied == Rule.ALL ? Choice.DOWN : Choice.UP;
    Evidence found = find(applied, tracked, last, strong, anybody);
    if (found != null) {
      return found;
    }
    for (Evidence evidence : tracked.allEvidence) {
      if (evidence != null
          && (anybody ? isUndecided(evidence) && isEntitled(evidence) : mayYetSee(evidence))) {
        return null;
      }
    }
    Choice weak = applied == Rule.ALL ? Choice.UP : Choice.DOWN;
    return find(applied, tracked, last, weak, anybody);
  }

  private static boolean isUndecided(Evidence evidence) {
    return !isOut(evidence) && evidence.vote() == Choice.PENDING;
  }

  /**
   * Whether the backend may still see the member: that no backend sees it is known only once all of
   * them could look.
   */
  private static boolean mayYetSee(Evidence evidence) {
    return isOut(evidence) || evidence.vote() == Choice.PENDING;
  }

  private static boolean isOut(Evidence evidence) {
    return evidence.backend.clock().weight() == Weight.OUT;
  }

  /**
   * Whether a verdict may be out of date: no backend that has a vote can be reached, or the verdict
   * rests on the vote of one that cannot.
   */
  boolean isStale(TrackedMember tracked) {
    boolean anybody = isAnybodyEntitled(tracked);
    boolean voters = false;
    boolean missing = false;
    boolean upNow = false;
    boolean upBefore = false;
    for (Evidence evidence : tracked.allEvidence) {
      if (evidence != null && (!anybody || isEntitled(evidence))) {
        boolean reached = evidence.backend.clock().weight() == Weight.REACHABLE;
        boolean up = evidence.vote() == Choice.UP;
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

  private static boolean isAnybodyEntitled(TrackedMember tracked) {
    for (Evidence evidence : tracked.allEvidence) {
      if (evidence != null && isEntitled(evidence)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isEntitled(Evidence evidence) {
    return !evidence.neverSeen() || evidence.tracked.isRecorded(evidence.backend);
  }

  /**
   * Finds the reason to publish.
   *
   * @param decisive the evidence that decides
   * @param why the reason to publish if the member is up, instead of the evidence's; or null
   * @return the reason; used only where the verdict changes
   */
  static Reason reason(TrackedMember tracked, Evidence decisive, Reason why) {
    boolean up = decisive.vote() == Choice.UP;
    Reason own = decisive.state instanceof Dead dead ? dead.reason() : Reason.HEARTBEAT;
    if (tracked.status == Status.UNKNOWN) {
      boolean asBefore = tracked.found && (up || own == Reason.HEARTBEAT_TIMEOUT);
      return asBefore ? Reason.INITIAL : own;
    }
    if (up && why != null) {
      return why;
    }
    return up && tracked.isNewIncarnation(decisive.incarnation()) ? Reason.RESTARTED : own;
  }

  private static Evidence find(
      Rule rule, TrackedMember tracked, Evidence last, Choice choice, boolean entitledOnly) {
    if (last != null && counts(rule, last, choice, entitledOnly)) {
      return last;
    }
    for (Evidence evidence : tracked.allEvidence) {
      if (evidence != null && counts(rule, evidence, choice, entitledOnly)) {
        return evidence;
      }
    }
    return null;
  }

  private static boolean counts(Rule rule, Evidence evidence, Choice choice, boolean entitledOnly) {
    return evidence.vote() == choice
        && (!entitledOnly || isEntitled(evidence))
        && (!isOut(evidence) || (rule == Rule.ANY && choice == Choice.UP));
  }
}

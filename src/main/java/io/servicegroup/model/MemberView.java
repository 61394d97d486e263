package io.servicegroup.model;

import java.time.Instant;

/**
 * A member with its verdict, as lists and answers show it.
 *
 * @param member the member from the catalogue, or {@link Member#uncatalogued}
 * @param verdict the evaluator's verdict; {@link Verdict#UNKNOWN} for members that this process
 *     does not watch
 * @param catalogued whether the catalogue has a row of the member; a member without one joined a
 *     backend through other software than an agent of ours
 */
public record MemberView(Member member, Verdict verdict, boolean catalogued) {

  /**
   * Makes a view of a member that the catalogue has a row of.
   *
   * @param member the member from the catalogue
   * @param verdict the evaluator's verdict
   */
  public MemberView(Member member, Verdict verdict) {
    this(member, verdict, true);
  }

  /**
   * Tells when the member was last seen alive: the later of the times that the evaluator of this
   * process and the catalogue's store know.
   *
   * @return the time, or null where neither knows one
   */
  public Instant lastSeenUp() {
    Instant seen = verdict.lastSeenUp();
    Instant stored = member.lastSeenUp();
    if (seen == null || stored == null) {
      return seen == null ? stored : seen;
    }
    return seen.isAfter(stored) ? seen : stored;
  }

  /**
   * Tells which incarnation the verdict is about.
   *
   * @return the judged incarnation, or the catalogue's where that is not known
   */
  public Incarnation judgedIncarnation() {
    return verdict.incarnation() == null ? member.incarnation() : verdict.incarnation();
  }

  /**
   * Tells whether a load balancer may send the member requests.
   *
   * @return whether the member is up and not disabled
   */
  public boolean available() {
    return verdict.status() == Status.UP && !member.disabled();
  }
}

package io.servicegroup.model;

import java.time.Instant;

/**
 * A member with its verdict: what lists, replies and pages show.
 *
 * @param member from the catalogue, or {@link Member#uncatalogued}
 * @param verdict from the evaluator; {@link Verdict#UNKNOWN} for members that nobody here watches
 * @param catalogued whether the catalogue has a row of it; without one it joined a backend by other
 *     means than an agent of ours
 */
public record MemberView(Member member, Verdict verdict, boolean catalogued) {

  /**
   * Makes a view of a member that the catalogue has a row of.
   *
   * @param member from the catalogue
   * @param verdict from the evaluator
   */
  public MemberView(Member member, Verdict verdict) {
    this(member, verdict, true);
  }

  /**
   * When it was last seen alive, by whoever knows it later: the evaluator of this process or the
   * catalogue's store.
   *
   * @return the time, or null where nobody knows of one
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
   * The incarnation that the verdict is about.
   *
   * @return the one that was judged, or the catalogue's where that is not known
   */
  public Incarnation judgedIncarnation() {
    return verdict.incarnation() == null ? member.incarnation() : verdict.incarnation();
  }

  /**
   * Whether a balancer may send it work.
   *
   * @return whether it is up and not disabled
   */
  public boolean available() {
    return verdict.status() == Status.UP && !member.disabled();
  }
}

package io.servicegroup.model;

import java.time.Instant;

/**
 * What an evaluator holds to be so about one member.
 *
 * @param status up, down, or not known yet
 * @param reason why; null while the status is {@link Status#UNKNOWN}
 * @param since when the status (or the incarnation) last changed, by this evaluator's wall clock;
 *     null while unknown
 * @param lastSeenUp when this evaluator last saw it alive, by its own wall clock; null where it
 *     never did
 * @param stale whether no backend can vote on the member at present, so that the verdict may be out
 *     of date
 * @param backend the name of the backend that decided, or null where an operator did
 * @param incarnation the incarnation that was judged, which is not yet the catalogue's between a
 *     join and the first beat; null where that is not known
 */
public record Verdict(
    Status status,
    Reason reason,
    Instant since,
    Instant lastSeenUp,
    boolean stale,
    String backend,
    Incarnation incarnation) {

  /** No verdict yet, and nobody who could give one. */
  public static final Verdict UNKNOWN = new Verdict(Status.UNKNOWN, null, null, null, true, null);

  /**
   * Makes a verdict on the incarnation that the catalogue has.
   *
   * @param status up, down, or not known yet
   * @param reason why; null while the status is {@link Status#UNKNOWN}
   * @param since when the status (or the incarnation) last changed
   * @param lastSeenUp when it was last seen alive, or null
   * @param stale whether no backend can vote on the member at present
   * @param backend the name of the backend that decided, or null
   */
  public Verdict(
      Status status,
      Reason reason,
      Instant since,
      Instant lastSeenUp,
      boolean stale,
      String backend) {
    this(status, reason, since, lastSeenUp, stale, backend, null);
  }
}

package io.servicegroup.model;

import java.time.Instant;

/**
 * An evaluator's verdict on one member.
 *
 * @param status the member's status
 * @param reason why it has this status; null while the status is {@link Status#UNKNOWN}
 * @param since when the status or the incarnation last changed, by this evaluator's wall clock;
 *     null while the status is {@link Status#UNKNOWN}
 * @param lastSeenUp when this evaluator last saw the member alive, by its own wall clock; null
 *     where it never did
 * @param stale whether no backend can vote on the member at present, so that the verdict may be out
 *     of date
 * @param backend the name of the backend that decided, or null where an operator did
 * @param incarnation the incarnation that was judged, which between a join and the first beat is
 *     not yet the catalogue's; null where it is not known
 */
public record Verdict(
    Status status,
    Reason reason,
    Instant since,
    Instant lastSeenUp,
    boolean stale,
    String backend,
    Incarnation incarnation) {

  /** The verdict on a member that no backend can vote on and that was never judged. */
  public static final Verdict UNKNOWN = new Verdict(Status.UNKNOWN, null, null, null, true, null);

  /**
   * Makes a verdict on the incarnation that the catalogue has.
   *
   * @param status the member's status
   * @param reason why it has this status; null while the status is {@link Status#UNKNOWN}
   * @param since when the status or the incarnation last changed
   * @param lastSeenUp when the member was last seen alive, or null
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

  /**
   * Copies this verdict with another time at which the member was last seen alive.
   *
   * @param at the new value, or null
   * @return the copy
   */
  public Verdict withLastSeenUp(Instant at) {
    return new Verdict(status, reason, since, at, stale, backend, incarnation);
  }
}

package io.servicegroup.model;

import java.time.Instant;

/**
 * One change of one member's status (or of its incarnation, where it stayed up).
 *
 * @param epoch the run of the evaluator that decided
 * @param seq its number in that epoch; without gaps
 * @param id the member
 * @param binary the member's binary
 * @param status the new status
 * @param previous the status before; equal to {@code status} only for {@link Reason#RESTARTED}
 * @param reason why
 * @param incarnation the member's incarnation, or null where no agent of ours joined it
 * @param at when the evaluator decided, by its wall clock
 * @param lastSeenUp when it was last seen alive, or null
 * @param backend the backend that decided, or null where an operator did
 */
public record StatusChange(
    String epoch,
    long seq,
    MemberId id,
    String binary,
    Status status,
    Status previous,
    Reason reason,
    Incarnation incarnation,
    Instant at,
    Instant lastSeenUp,
    String backend) {

  /**
   * The change as seen by somebody for whom the status before was another.
   *
   * @param before that status
   * @return this change, or a copy
   */
  public StatusChange since(Status before) {
    return previous == before
        ? this
        : new StatusChange(
            epoch, seq, id, binary, status, before, reason, incarnation, at, lastSeenUp, backend);
  }
}

package io.servicegroup.model;

import java.time.Instant;

/**
 * A change of a member's status, or of its incarnation where it stayed up.
 *
 * @param epoch names the run of the evaluator that decided
 * @param seq the number of the change in its epoch; the numbers have no gaps
 * @param id the member
 * @param binary the member's binary
 * @param status the new status
 * @param previous the status before; equal to {@code status} only for {@link Reason#RESTARTED}
 * @param reason why the status changed
 * @param incarnation the member's incarnation, or null where no agent of ours joined it
 * @param at when the evaluator decided, by its wall clock
 * @param lastSeenUp when the member was last seen alive, or null
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
   * Makes this change as a listener sees it that knew another status before.
   *
   * @param before the status that the listener knew
   * @return this change, or a copy with that previous status
   */
  public StatusChange since(Status before) {
    return previous == before
        ? this
        : new StatusChange(
            epoch, seq, id, binary, status, before, reason, incarnation, at, lastSeenUp, backend);
  }
}

package io.servicegroup.model;

import java.util.List;

/**
 * Members and their verdicts at one point of an evaluator's numbering.
 *
 * @param epoch the evaluator's run; null where no evaluator answers
 * @param seq the number of the last status change that the members' verdicts include
 * @param stale whether no backend can vote at present
 * @param members in order of group and host
 */
public record Snapshot(String epoch, long seq, boolean stale, List<MemberView> members) {

  /** Copies the list. */
  public Snapshot {
    members = List.copyOf(members);
  }
}

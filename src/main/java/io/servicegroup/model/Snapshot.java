package io.servicegroup.model;

import java.util.List;

/**
 * Members and their verdicts right after one of an evaluator's changes.
 *
 * @param epoch names the evaluator's run; null where no evaluator answers
 * @param seq the number of the last status change that the verdicts include
 * @param stale whether no backend can vote at present
 * @param members the members in order of group and host
 */
public record Snapshot(String epoch, long seq, boolean stale, List<MemberView> members) {

  /** Copies the list. */
  public Snapshot {
    members = List.copyOf(members);
  }
}

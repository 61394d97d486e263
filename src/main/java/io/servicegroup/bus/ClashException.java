package io.servicegroup.bus;

import io.servicegroup.model.MemberId;

/** Refuses a member because its host already has its binary in another group. */
public final class ClashException extends ServiceGroupException {

  private static final long serialVersionUID = 1;

  /**
   * Makes a refusal.
   *
   * @param id the member
   * @param binary the member's binary
   * @param other the group that has the binary on that host, or null where the stored member has no
   *     group
   */
  public ClashException(MemberId id, String binary, String other) {
    super(
        Refusal.CONFLICT,
        ("host %s already has binary %s in %s; a host has each binary in one group only: give %s"
                + " another binary, or delete that one")
            .formatted(id.host(), binary, other == null ? "no group" : "group " + other, id));
  }
}

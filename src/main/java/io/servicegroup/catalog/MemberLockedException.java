package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;

/**
 * Says that somebody else has locked a member, so that it was left out of a write of many members.
 * The write of this member is to be repeated soon.
 */
public final class MemberLockedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Creates an exception without a stack trace, since a lock is no fault.
   *
   * @param id the member
   */
  public MemberLockedException(MemberId id) {
    super("somebody else is writing " + id, null, false, false);
  }
}

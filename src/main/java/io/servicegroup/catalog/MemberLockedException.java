package io.servicegroup.catalog;

import io.servicegroup.model.MemberId;

/**
 * Somebody else is writing a member at present, so that it was left out of what is done for many at
 * once: to be tried again soon.
 */
public final class MemberLockedException extends RuntimeException {

  private static final long serialVersionUID = 1;

  /**
   * Makes one without a trace, as nothing is wrong.
   *
   * @param id the member
   */
  public MemberLockedException(MemberId id) {
    super("somebody else is writing " + id, null, false, false);
  }
}

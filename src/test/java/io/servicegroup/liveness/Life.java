package io.servicegroup.liveness;

import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;

/** One life of a member, as its agent reports it: each report of a living member counts. */
public final class Life {

  private final Member member;
  private long count;
  private Heartbeat last;

  /**
   * A life that begins.
   *
   * @param member as it was joined
   */
  public Life(Member member) {
    this.member = member;
    this.last = report(Heartbeat.State.ALIVE, null);
  }

  /**
   * The member.
   *
   * @return as it was joined
   */
  public Member member() {
    return member;
  }

  /**
   * Its name.
   *
   * @return group and host
   */
  public MemberId id() {
    return member.id();
  }

  /**
   * Which life it is.
   *
   * @return as it was joined
   */
  public Incarnation incarnation() {
    return member.incarnation();
  }

  /**
   * The next beat.
   *
   * @return with a greater count
   */
  public Heartbeat alive() {
    count++;
    return report(Heartbeat.State.ALIVE, null);
  }

  /**
   * Its probe fails.
   *
   * @return with the count of the last beat
   */
  public Heartbeat failed() {
    return report(Heartbeat.State.FAILED, "connection refused by 127.0.0.1:9696");
  }

  /**
   * Its agent stops for an upgrade.
   *
   * @return with the count of the last beat
   */
  public Heartbeat restarting() {
    return report(Heartbeat.State.RESTARTING, null);
  }

  /**
   * What was reported last, for a leave.
   *
   * @return the same again
   */
  public Heartbeat last() {
    return last;
  }

  private Heartbeat report(Heartbeat.State state, String reason) {
    last = new Heartbeat(member.id(), member.incarnation(), count, state, reason);
    return last;
  }
}

package io.servicegroup.http;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import java.util.Objects;

/** What {@link LocalHealth} knows of one service beside this agent. */
final class LocalService {

  private boolean configured;
  private boolean joined;
  private boolean left;
  private Heartbeat report;
  private Conflict conflict;
  private Member member;
  private boolean deleted;
  private Incarnation deletedLife;
  private String untaken;

  LocalService(boolean configured) {
    this.configured = configured;
  }

  /** Whether the configuration still names it. */
  void configured(boolean now) {
    configured = now;
  }

  /** Why it, which joined before the agent was restarted, is not served again; null where it is. */
  void untaken(String why) {
    untaken = why;
  }

  /** Its agent reported it. */
  void reported(Heartbeat heartbeat) {
    report = heartbeat;
    left = false;
    // The last reports of a life that was deleted may still be on their way.
    deleted &= Objects.equals(deletedLife, heartbeat.incarnation());
    if (conflict != null && !Objects.equals(conflict.incarnation(), heartbeat.incarnation())) {
      conflict = null;
    }
  }

  /** A full report came; one that was in the report before and is not in this one has left. */
  void reportedWithout(boolean present) {
    if (!present && report != null) {
      report = null;
      left = true;
      joined = false;
    }
  }

  void joined() {
    joined = true;
    deleted = false;
  }

  void conflict(Conflict found) {
    boolean older =
        report != null
            && report.incarnation() != null
            && report.incarnation().isNewerThan(found.incarnation());
    if (!older) {
      conflict = found;
      if (found.kind() == Conflict.Kind.DELETED) {
        deleted(found.incarnation());
      }
    }
  }

  /**
   * The catalogue changed.
   *
   * @param now what it says, or null where the member is not in it any more
   * @param own whether this agent beats for it
   */
  void catalog(Member now, boolean own) {
    if (now == null) {
      deleted(report == null ? null : report.incarnation());
    }
    member = now;
    if (!own || now == null) {
      joined = false;
    }
  }

  private void deleted(Incarnation life) {
    deleted = true;
    deletedLife = life;
  }

  /** Whether it was deleted from the catalogue, and not joined since. */
  boolean isDeleted() {
    return deleted;
  }

  /** Whether it is nobody's concern here any more, unless nothing else is. */
  boolean isOver() {
    return !configured
        && !joined
        && untaken == null
        && (deleted || (report == null && conflict == null));
  }

  /** Whether the only fault is that an operator disabled it. */
  boolean isOnlyDisabled() {
    return failure() == null && member != null && member.disabled();
  }

  /** Why it is not to be sent work, or null. */
  String fault() {
    String failure = failure();
    if (failure != null || member == null || !member.disabled()) {
      return failure;
    }
    return member.disabledReason() == null ? "disabled" : "disabled: " + member.disabledReason();
  }

  private String failure() {
    if (conflict != null) {
      return conflict.kind().text() + ": " + conflict.kind().sentence();
    }
    if (deleted) {
      return Conflict.Kind.DELETED.text() + ": " + Conflict.Kind.DELETED.sentence();
    }
    if (member != null && member.forcedDown()) {
      return "forced_down";
    }
    if (report == null && untaken != null) {
      return untaken;
    }
    if (report == null) {
      return left ? Absence.Cause.LEFT.text() : "not reported yet";
    }
    Absence.Cause absence = report.state().absence();
    if (absence == null) {
      return null;
    }
    return report.reason() == null ? absence.text() : absence.text() + ": " + report.reason();
  }
}

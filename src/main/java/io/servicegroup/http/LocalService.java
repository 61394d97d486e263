package io.servicegroup.http;

import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
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

  LocalService(boolean configured) {
    this.configured = configured;
  }

  /** Whether the configuration still names it. */
  void configured(boolean now) {
    configured = now;
  }

  /** Its agent reported it. */
  void reported(Heartbeat heartbeat) {
    report = heartbeat;
    left = false;
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
  }

  void conflict(Conflict found) {
    boolean older =
        report != null
            && report.incarnation() != null
            && report.incarnation().isNewerThan(found.incarnation());
    if (!older) {
      conflict = found;
    }
  }

  /**
   * The catalogue changed.
   *
   * @param now what it says, or null where the member is not in it any more
   * @param own whether this agent beats for it
   */
  void catalog(Member now, boolean own) {
    member = now;
    if (!own || now == null) {
      joined = false;
    }
  }

  /** Whether it is nobody's concern here any more. */
  boolean isOver() {
    return !configured && !joined && report == null && conflict == null;
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
    if (member != null && member.forcedDown()) {
      return "forced_down";
    }
    if (report == null) {
      return left ? "left" : "not reported yet";
    }
    return switch (report.state()) {
      case ALIVE -> null;
      case FAILED -> report.reason() == null ? "probe_failed" : "probe_failed: " + report.reason();
      case RESTARTING -> "restarting";
    };
  }
}

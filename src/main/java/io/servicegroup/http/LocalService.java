package io.servicegroup.http;

import io.servicegroup.model.Absence;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import java.util.Objects;

/**
 * One service beside this agent, as the other verticles last described it.
 *
 * <p>Not thread-safe.
 */
final class LocalService {

  private boolean configured;
  private boolean joined;
  private boolean left;
  private Heartbeat report;
  private Conflict conflict;
  private Member member;
  private boolean deleted;
  private Incarnation deletedIncarnation;
  private String whyUnserved;

  LocalService(boolean configured) {
    this.configured = configured;
  }

  /** Learns whether the configuration names this service. */
  void configured(boolean now) {
    configured = now;
  }

  /**
   * Learns whether the agent serves this service, which joined before the agent was restarted.
   *
   * @param why why it is not served, or null where it is
   */
  void unserved(String why) {
    whyUnserved = why;
  }

  /** Takes in what the agent reports of this service. */
  void reported(Heartbeat heartbeat) {
    report = heartbeat;
    left = false;
    if (!Objects.equals(deletedIncarnation, heartbeat.incarnation())) {
      // A report of the deleted incarnation itself may merely be late.
      deleted = false;
    }
    if (conflict != null && !Objects.equals(conflict.incarnation(), heartbeat.incarnation())) {
      conflict = null;
    }
  }

  /** Learns that the last full report lacks this service: it left if an earlier report had it. */
  void missingFromReport() {
    if (report != null) {
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
   * Takes in a change of the catalogue.
   *
   * @param now the member as it is in the catalogue now, or null where it was deleted
   * @param own whether this agent beats for the member
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

  private void deleted(Incarnation incarnation) {
    deleted = true;
    deletedIncarnation = incarnation;
  }

  /** Whether the member was deleted from the catalogue and has not joined since. */
  boolean isDeleted() {
    return deleted;
  }

  /**
   * Whether neither the configuration nor a membership ties this service to this agent any more.
   */
  boolean isEnded() {
    return !configured
        && !joined
        && whyUnserved == null
        && (deleted || (report == null && conflict == null));
  }

  /** Whether an operator disabled the member and nothing else is wrong. */
  boolean isOnlyDisabled() {
    return failure() == null && member != null && member.disabled();
  }

  /** Why this service is not to get work, or null where it may. */
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
    if (report == null && whyUnserved != null) {
      return whyUnserved;
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

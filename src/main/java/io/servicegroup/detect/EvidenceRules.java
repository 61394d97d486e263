package io.servicegroup.detect;

import io.servicegroup.detect.EvidenceState.Choice;
import io.servicegroup.detect.EvidenceState.Event;
import io.servicegroup.detect.EvidenceState.Standing;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Status;
import java.time.Duration;
import java.time.Instant;

/**
 * The rules by which a backend's sightings and the catalogue's records become events of {@link
 * EvidenceState}: which count is a sign of life, which count is only a baseline, which absence is
 * believed.
 */
final class EvidenceRules {

  /**
   * The evaluator does not wait for a member that was last seen longer than this before it started.
   */
  private static final Duration OUT_OF_SIGHT = Duration.ofHours(1);

  private EvidenceRules() {}

  /**
   * Applies a record of the catalogue to one backend's evidence. The record names the backends
   * through which the member beats; a member that no agent joined may beat through any. Evidence of
   * an earlier incarnation is dropped where the present one does not use the backend.
   *
   * @param startedAt when this evaluator started, by its wall clock
   */
  static void recorded(
      TrackedMember tracked, BackendView backend, TrackedMember.Record record, Instant startedAt) {
    Evidence evidence = tracked.allEvidence[backend.index];
    boolean votes = tracked.member.backends().isEmpty() || tracked.isRecorded(backend);
    boolean older = evidence != null && tracked.isOfOlderIncarnation(evidence);
    boolean beforeIt = older && tracked.status == Status.UNKNOWN && evidence.vote() == Choice.DOWN;
    if (beforeIt || (older && !votes)) {
      backend.drop(evidence);
      evidence = null;
    }
    if (evidence == null) {
      if (!votes) {
        return;
      }
      evidence = tracked.evidenceOf(backend);
      backend.apply(evidence, Event.ANEW);
    } else {
      learned(evidence, record, older);
    }
    boolean awaits =
        record.first()
            && tracked.status == Status.UNKNOWN
            && !tracked.joined
            && evidence.vote() == Choice.PENDING
            && !isOutOfSight(tracked, startedAt);
    if (evidence.writer != null || awaits) {
      backend.inSight(evidence);
    }
  }

  private static void learned(Evidence evidence, TrackedMember.Record record, boolean older) {
    TrackedMember tracked = evidence.tracked;
    BackendView backend = evidence.backend;
    boolean same = evidence.isSameIncarnation(tracked.member.incarnation());
    // EvidenceState that arrived late, of a member deleted meanwhile, says nothing about the
    // incarnation
    // that joined since. That one need not be newer: a catalogue may have lost its generations.
    boolean outlived =
        record.first()
            && tracked.joined
            && TrackedMember.isNewer(evidence.incarnation(), tracked.member.incarnation());
    if (outlived || (record.adopted() && !same)) {
      backend.apply(evidence, Event.ADOPTED);
      lookAgain(evidence);
    } else if (older && evidence.state == Standing.PRESENT) {
      // The presence was that of the earlier incarnation. Nobody may ever report its end, so the
      // timeout runs again.
      backend.apply(evidence, Event.ANEW);
    } else if (older && record.later()) {
      // The end of the earlier incarnation says nothing about the one that joined now.
      lookAgain(evidence);
    } else if (record.joined() && same) {
      joined(evidence);
    } else if (record.first() && evidence.vote() == Choice.PENDING) {
      backend.apply(evidence, Event.ANEW);
    }
  }

  /**
   * The catalogue says only now that this incarnation joined since the evaluator started, so what
   * the backend showed of it before is a sign of life, or its end.
   */
  private static void joined(Evidence evidence) {
    Absence absence = evidence.absence();
    if (absence != null && absence.cause().stated()) {
      evidence.backend.stated(evidence, absence.cause().reason());
    } else {
      evidence.backend.apply(evidence, Event.JOINED);
    }
  }

  private static boolean isOutOfSight(TrackedMember tracked, Instant startedAt) {
    Instant seen = tracked.member.lastSeenUp();
    return seen != null && seen.isBefore(startedAt.minus(OUT_OF_SIGHT));
  }

  /**
   * Makes a backend look again at a member that it saw dead while other backends saw it alive: the
   * backend was away since, or a new incarnation began.
   */
  static void lookAgain(Evidence evidence) {
    if (evidence.tracked.status != Status.DOWN) {
      evidence.backend.apply(evidence, Event.LOOK_AGAIN);
    }
  }

  /**
   * Applies a count that was read. The first count of an incarnation is only a baseline and no
   * beat, unless the incarnation joined since this evaluator started.
   *
   * @param age how long before the clock's reading it was written, in milliseconds
   */
  static void beat(TrackedMember tracked, BackendView backend, Beat beat, long age) {
    if (tracked.isOlderIncarnation(backend, beat.incarnation())) {
      return;
    }
    Evidence evidence = tracked.evidenceOf(backend);
    boolean same = evidence.isSameIncarnation(beat.incarnation());
    boolean first = evidence.isFirstOf(beat.incarnation());
    boolean inOurTime = tracked.hasJoinedAs(beat.incarnation()) && !backend.clock().isListing();
    if (first ? inOurTime : !same || evidence.hasGrown(beat.count())) {
      tracked.sawChange(!same || first || evidence.absence() != null);
      evidence.saw(beat.incarnation(), beat.count());
      backend.clock().shows(age);
      backend.apply(evidence, Event.SIGN);
      backend.clock().shows(0);
    } else if (first || evidence.hasFallen(beat.count())) {
      // The count also falls where a backend was restored from older data: that is a new baseline,
      // not an end.
      evidence.saw(beat.incarnation(), beat.count());
      backend.apply(evidence, Event.BASELINE);
    } else if (evidence.state == Standing.PRESENT) {
      backend.apply(evidence, Event.ANEW);
    }
  }

  /** Applies a presence that the backend vouches for. */
  static void held(TrackedMember tracked, BackendView backend, Beat beat) {
    if (tracked.isOlderIncarnation(backend, beat.incarnation())) {
      return;
    }
    Evidence evidence = tracked.evidenceOf(backend);
    if (evidence.hasEnded(beat.incarnation(), beat.count())) {
      return;
    }
    boolean unchanged =
        evidence.isSameIncarnation(beat.incarnation())
            && !evidence.neverSeen()
            && evidence.absence() == null;
    tracked.sawChange(!backend.clock().isListing() && !unchanged);
    evidence.saw(beat.incarnation(), beat.count());
    backend.apply(evidence, Event.PRESENCE);
  }

  /** Applies an absence: it is believed, or it only is a baseline, or it counts as silence. */
  static void gone(TrackedMember tracked, BackendView backend, Absence absence) {
    if (tracked.isOlderIncarnation(backend, absence.incarnation())) {
      return;
    }
    Evidence evidence = tracked.evidenceOf(backend);
    if (evidence.isOldNews(absence)) {
      return;
    }
    boolean found =
        evidence.isFirstOf(absence.incarnation())
            && (backend.clock().isListing() || !tracked.hasJoinedAs(absence.incarnation()));
    boolean stated = absence.cause().stated();
    boolean believed =
        !absence.cause().isSilence()
            && !found
            && (stated || !backend.clock().isInGrace(absence.cause().observed()));
    evidence.saw(absence);
    tracked.sawChange(believed);
    if (believed && stated) {
      backend.stated(evidence, absence.cause().reason());
    } else if (believed) {
      backend.conclude(evidence, absence.cause().reason());
    } else {
      backend.apply(evidence, Event.ANEW);
    }
  }
}

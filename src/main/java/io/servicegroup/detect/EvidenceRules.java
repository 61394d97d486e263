package io.servicegroup.detect;

import io.servicegroup.detect.Evidence.Choice;
import io.servicegroup.detect.Evidence.Event;
import io.servicegroup.detect.Evidence.Standing;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Status;
import java.time.Duration;
import java.time.Instant;

/**
 * The rules by which a backend's sightings and the catalogue's records become events of {@link
 * Evidence}: which count is a sign of life, which count is only a baseline, which absence is
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
      Tracked tracked, BackendView backend, Tracked.Record record, Instant startedAt) {
    Testimony testimony = tracked.testimonies[backend.index];
    boolean votes = tracked.member.backends().isEmpty() || tracked.isRecorded(backend);
    boolean older = testimony != null && tracked.isOfOlderLife(testimony);
    boolean beforeIt = older && tracked.status == Status.UNKNOWN && testimony.vote() == Choice.DOWN;
    if (beforeIt || (older && !votes)) {
      backend.drop(testimony);
      testimony = null;
    }
    if (testimony == null) {
      if (!votes) {
        return;
      }
      testimony = tracked.testimonyOf(backend);
      backend.apply(testimony, Event.ANEW);
    } else {
      learned(testimony, record, older);
    }
    boolean awaits =
        record.first()
            && tracked.status == Status.UNKNOWN
            && !tracked.joined
            && testimony.vote() == Choice.PENDING
            && !isOutOfSight(tracked, startedAt);
    if (testimony.writer != null || awaits) {
      backend.inSight(testimony);
    }
  }

  private static void learned(Testimony testimony, Tracked.Record record, boolean older) {
    Tracked tracked = testimony.tracked;
    BackendView backend = testimony.backend;
    boolean same = testimony.isSameLife(tracked.member.incarnation());
    // Evidence that arrived late, of a member deleted meanwhile, says nothing about the incarnation
    // that joined since. That one need not be newer: a catalogue may have lost its generations.
    boolean outlived =
        record.first()
            && tracked.joined
            && Tracked.isNewer(testimony.incarnation(), tracked.member.incarnation());
    if (outlived || (record.adopted() && !same)) {
      backend.apply(testimony, Event.ADOPTED);
      lookAgain(testimony);
    } else if (older && testimony.evidence == Standing.PRESENT) {
      // The presence was that of the earlier incarnation. Nobody may ever report its end, so the
      // timeout runs again.
      backend.apply(testimony, Event.ANEW);
    } else if (older && record.later()) {
      // The end of the earlier incarnation says nothing about the one that joined now.
      lookAgain(testimony);
    } else if (record.joined() && same) {
      joined(testimony);
    } else if (record.first() && testimony.vote() == Choice.PENDING) {
      backend.apply(testimony, Event.ANEW);
    }
  }

  /**
   * The catalogue says only now that this incarnation joined since the evaluator started, so what
   * the backend showed of it before is a sign of life, or its end.
   */
  private static void joined(Testimony testimony) {
    Absence absence = testimony.absence();
    if (absence != null && absence.cause().stated()) {
      testimony.backend.state(testimony, absence.cause().reason());
    } else {
      testimony.backend.apply(testimony, Event.JOINED);
    }
  }

  private static boolean isOutOfSight(Tracked tracked, Instant startedAt) {
    Instant seen = tracked.member.lastSeenUp();
    return seen != null && seen.isBefore(startedAt.minus(OUT_OF_SIGHT));
  }

  /**
   * Makes a backend look again at a member that it saw dead while other backends saw it alive: the
   * backend was away since, or a new incarnation began.
   */
  static void lookAgain(Testimony testimony) {
    if (testimony.tracked.status != Status.DOWN) {
      testimony.backend.apply(testimony, Event.LOOK_AGAIN);
    }
  }

  /**
   * Applies a count that was read. The first count of an incarnation is only a baseline and no
   * beat, unless the incarnation joined since this evaluator started.
   */
  static void beat(Tracked tracked, BackendView backend, Beat beat) {
    if (tracked.isOlderLife(backend, beat.incarnation())) {
      return;
    }
    Testimony testimony = tracked.testimonyOf(backend);
    boolean same = testimony.isSameLife(beat.incarnation());
    boolean first = testimony.isFirstOf(beat.incarnation());
    boolean inOurTime = tracked.hasJoinedAs(beat.incarnation()) && !backend.clock().isListing();
    if (first ? inOurTime : !same || testimony.hasGrown(beat.count())) {
      tracked.sawChange(!same || first || testimony.absence() != null);
      testimony.saw(beat.incarnation(), beat.count());
      backend.apply(testimony, Event.SIGN);
    } else if (first || testimony.hasFallen(beat.count())) {
      // The count also falls where a backend was restored from older data: that is a new baseline,
      // not an end.
      testimony.saw(beat.incarnation(), beat.count());
      backend.apply(testimony, Event.BASELINE);
    } else if (testimony.evidence == Standing.PRESENT) {
      backend.apply(testimony, Event.ANEW);
    }
  }

  /** Applies a presence that the backend vouches for. */
  static void held(Tracked tracked, BackendView backend, Beat beat) {
    if (tracked.isOlderLife(backend, beat.incarnation())) {
      return;
    }
    Testimony testimony = tracked.testimonyOf(backend);
    if (testimony.hasEnded(beat.incarnation(), beat.count())) {
      return;
    }
    boolean unchanged =
        testimony.isSameLife(beat.incarnation())
            && !testimony.neverSeen()
            && testimony.absence() == null;
    tracked.sawChange(!backend.clock().isListing() && !unchanged);
    testimony.saw(beat.incarnation(), beat.count());
    backend.apply(testimony, Event.PRESENCE);
  }

  /** Applies an absence: it is believed, or it only is a baseline, or it counts as silence. */
  static void gone(Tracked tracked, BackendView backend, Absence absence) {
    if (tracked.isOlderLife(backend, absence.incarnation())) {
      return;
    }
    Testimony testimony = tracked.testimonyOf(backend);
    if (testimony.isOldNews(absence)) {
      return;
    }
    boolean found =
        testimony.isFirstOf(absence.incarnation())
            && (backend.clock().isListing() || !tracked.hasJoinedAs(absence.incarnation()));
    boolean stated = absence.cause().stated();
    boolean believed =
        !absence.cause().isSilence()
            && !found
            && (stated || !backend.clock().isInGrace(absence.cause().observed()));
    testimony.saw(absence);
    tracked.sawChange(believed);
    if (believed && stated) {
      backend.state(testimony, absence.cause().reason());
    } else if (believed) {
      backend.conclude(testimony, absence.cause().reason());
    } else {
      backend.apply(testimony, Event.ANEW);
    }
  }
}

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
 * What a backend's sightings, and the catalogue's words, are evidence of: what is a sign of life,
 * what is merely found, which absence is believed. Names the events of {@link Evidence}.
 */
final class Ballot {

  /** Whom nobody saw for so long before this evaluator started, it does not wait for. */
  private static final Duration OUT_OF_SIGHT = Duration.ofHours(1);

  private Ballot() {}

  /**
   * The catalogue says who beats through which backends; who was joined by no agent may beat
   * through any. What a backend showed of a life before says nothing about one that does not use it
   * any more.
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
    // What came late of a member that was deleted says nothing about the life that joined since,
    // which need not be newer where the catalogue lost its generations.
    boolean outlived =
        record.first()
            && tracked.joined
            && Tracked.isNewer(testimony.incarnation(), tracked.member.incarnation());
    if (outlived || (record.adopted() && !same)) {
      backend.apply(testimony, Event.ADOPTED);
      lookAgain(testimony);
    } else if (older && testimony.evidence == Standing.PRESENT) {
      // The presence was that of the life before. Its end may never be told, so time runs again.
      backend.apply(testimony, Event.ANEW);
    } else if (older && record.later()) {
      // That the life before was seen to end says nothing of the one that joined now.
      lookAgain(testimony);
    } else if (record.joined() && same) {
      joined(testimony);
    } else if (record.first() && testimony.vote() == Choice.PENDING) {
      backend.apply(testimony, Event.ANEW);
    }
  }

  /** What was seen of a life before the catalogue told that it joined is news after all. */
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
   * The backend was away, or a new life began: others saw alive whom it saw dead before, and it is
   * to look again.
   */
  static void lookAgain(Testimony testimony) {
    if (testimony.tracked.status != Status.DOWN) {
      testimony.backend.apply(testimony, Event.LOOK_AGAIN);
    }
  }

  /**
   * A count. One that is seen for the first time is where counting begins, and no beat, unless its
   * life joined in our time.
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
      tracked.found &= same && !first && testimony.absence() == null;
      testimony.saw(beat.incarnation(), beat.count());
      backend.apply(testimony, Event.SIGN);
    } else if (first || testimony.hasFallen(beat.count())) {
      // Also where a backend came back older: counting begins again, and nobody died of it.
      testimony.saw(beat.incarnation(), beat.count());
      backend.apply(testimony, Event.BASELINE);
    } else if (testimony.evidence == Standing.PRESENT) {
      backend.apply(testimony, Event.ANEW);
    }
  }

  /** A presence that the backend vouches for. */
  static void held(Tracked tracked, BackendView backend, Beat beat) {
    if (tracked.isOlderLife(backend, beat.incarnation())) {
      return;
    }
    Testimony testimony = tracked.testimonyOf(backend);
    if (testimony.hasEnded(beat.incarnation(), beat.count())) {
      return;
    }
    tracked.found &=
        backend.clock().isListing()
            || (testimony.isSameLife(beat.incarnation())
                && !testimony.neverSeen()
                && testimony.absence() == null);
    testimony.saw(beat.incarnation(), beat.count());
    backend.apply(testimony, Event.PRESENCE);
  }

  /** An absence: news, or merely where counting begins, or silence. */
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
    tracked.found &= !believed;
    if (believed && stated) {
      backend.state(testimony, absence.cause().reason());
    } else if (believed) {
      backend.conclude(testimony, absence.cause().reason());
    } else {
      backend.apply(testimony, Event.ANEW);
    }
  }
}

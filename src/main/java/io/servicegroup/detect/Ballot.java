package io.servicegroup.detect;

import io.servicegroup.detect.Vote.Choice;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import java.util.function.Consumer;

/**
 * How a backend votes on a member, by what it shows of it: what is a sign of life, what is merely
 * found, which absence is believed.
 */
final class Ballot {

  private final Consumer<Vote> cast;

  /**
   * Makes the rules.
   *
   * @param cast is given every vote for up or down, also one that repeats the one before
   */
  Ballot(Consumer<Vote> cast) {
    this.cast = cast;
  }

  /**
   * The catalogue says who beats through which backends; who was joined by no agent may beat
   * through any. What a backend showed of a life before says nothing about one that does not use it
   * any more.
   */
  void recorded(Tracked tracked, BackendView backend, boolean newLife) {
    boolean votes = tracked.member.backends().isEmpty() || tracked.isRecorded(backend);
    backend.dropLifeBefore(tracked);
    Vote vote = tracked.votes[backend.index];
    if (vote == null) {
      if (votes) {
        backend.heard(tracked.voteOf(backend));
      }
    } else if (vote.isOfOlderLife()) {
      if (!votes) {
        backend.drop(vote);
        tracked.votes[backend.index] = null;
      } else if (vote.held) {
        // Nobody will say of it that it ended: it did with the life before.
        notVouchedFor(vote);
      } else if (newLife) {
        // Nor does the end of a life before end this one, where it is all that is left to decide.
        reconsider(vote);
      }
    }
  }

  /**
   * The backend was away, or a new life began: others saw alive whom it saw dead before, and it is
   * to look again.
   */
  void reconsider(Vote vote) {
    if (vote != null && vote.choice == Choice.DOWN && vote.tracked.status == Status.UP) {
      vote.choice = Choice.PENDING;
      vote.backend.heard(vote);
    }
  }

  void beat(Tracked tracked, BackendView backend, Beat beat) {
    if (tracked.isOlderLife(backend, beat.incarnation())) {
      return;
    }
    Vote vote = tracked.voteOf(backend);
    if (vote.neverSeen() && vote.backend.isListing()) {
      vote.saw(beat.incarnation(), beat.count());
      vote.backend.heard(vote);
    } else if (!vote.isSameLife(beat.incarnation()) || vote.hasGrown(beat.count())) {
      vote.tracked.found &= vote.isSameLife(beat.incarnation()) && !vote.neverSeen();
      vote.saw(beat.incarnation(), beat.count());
      vote.backend.heard(vote);
      alive(vote);
    } else if (vote.hasFallen(beat.count())) {
      // A backend that came back older: counting begins again, and nobody died of it.
      vote.saw(beat.incarnation(), beat.count());
      notVouchedFor(vote);
    } else if (vote.held) {
      notVouchedFor(vote);
    }
  }

  void held(Tracked tracked, BackendView backend, Beat beat) {
    if (tracked.isOlderLife(backend, beat.incarnation())) {
      return;
    }
    Vote vote = tracked.voteOf(backend);
    if (vote.hasEnded(beat.incarnation(), beat.count())) {
      return;
    }
    vote.tracked.found &=
        vote.backend.isListing() || (vote.isSameLife(beat.incarnation()) && !vote.neverSeen());
    vote.saw(beat.incarnation(), beat.count());
    vote.backend.hold(vote);
    alive(vote);
  }

  void gone(Tracked tracked, BackendView backend, Absence absence) {
    if (tracked.isOlderLife(backend, absence.incarnation())) {
      return;
    }
    Vote vote = tracked.voteOf(backend);
    if (vote.isOldNews(absence)) {
      return;
    }
    boolean believed =
        absence.cause() != Absence.Cause.RESTARTING
            && !(vote.neverSeen() && vote.backend.isListing())
            && (absence.cause().stated() || !vote.backend.isInGrace());
    vote.saw(absence);
    vote.tracked.found &= !believed;
    if (believed && !absence.cause().stated() && vote.choice != Choice.DOWN) {
      vote.backend.conclude(vote, absence.cause().reason());
    } else if (believed) {
      down(vote, absence.cause().reason());
      vote.backend.end(vote);
    } else if (vote.choice != Choice.DOWN) {
      vote.backend.heard(vote);
    }
  }

  /** No sign of life, and no presence that stands for one: its time begins to run. */
  void notVouchedFor(Vote vote) {
    if (vote.choice != Choice.DOWN) {
      vote.backend.heard(vote);
    }
  }

  /** Its silence so far says nothing. */
  void unwitnessed(Vote vote) {
    if (vote.choice != Choice.DOWN && !vote.held) {
      vote.backend.heard(vote);
    }
  }

  /** Its time is over, or what the backend concluded is believed. */
  void silent(Vote vote) {
    down(vote, vote.concluded == null ? Reason.HEARTBEAT_TIMEOUT : vote.concluded);
  }

  private void alive(Vote vote) {
    vote.choice = Choice.UP;
    vote.reason = Reason.HEARTBEAT;
    vote.backend.living(vote);
    cast.accept(vote);
  }

  private void down(Vote vote, Reason reason) {
    vote.choice = Choice.DOWN;
    vote.reason = reason;
    cast.accept(vote);
  }
}

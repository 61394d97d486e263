package io.servicegroup.detect;

import io.servicegroup.model.BackendState.MassSilence;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What is known through one backend: its witness clock, the members in the order of their
 * deadlines, and the verdicts that a mass silence withholds.
 */
final class BackendView {

  /** For how long a member without a row in the catalogue is remembered after its end. */
  private static final long REMEMBERED = TimeUnit.HOURS.toMillis(1);

  final String name;
  final int index;
  private final EvaluatorSettings settings;
  private final Writers writers;
  private final Map<Long, SilenceQueue<Vote>> queues = new HashMap<>();
  private final SilenceQueue<Vote> held = new SilenceQueue<>(Long.MAX_VALUE);
  private final SilenceQueue<Vote> ended = new SilenceQueue<>(REMEMBERED);
  private final SilenceQueue<Vote> endedUnknown;
  private final List<Vote> concluded = new ArrayList<>();
  private final Set<Vote> withheld = new LinkedHashSet<>();

  boolean reachable;
  private long clock;
  private long graceUntil;
  private boolean started;
  private boolean listing;
  private long heldUntil;
  private MassSilence massSilence;

  BackendView(String name, int index, EvaluatorSettings settings) {
    this.name = name;
    this.index = index;
    this.settings = settings;
    this.writers = new Writers(settings);
    this.endedUnknown = new SilenceQueue<>(settings.serviceDownTime());
  }

  /**
   * Sets the clock to what the witness says. A clock that fell gives everybody all their time; a
   * hiccup only forbids to believe what the backend concludes.
   */
  void advance(long witnessedMillis, boolean hiccup) {
    boolean fell = witnessedMillis < clock;
    listing = !started;
    clock = witnessedMillis;
    if (fell || !started) {
      restart();
    } else if (hiccup) {
      graceUntil = clock + settings.serviceDownTime();
    }
    started = true;
  }

  private void restart() {
    graceUntil = clock + settings.serviceDownTime();
    for (Vote vote : List.copyOf(withheld)) {
      heard(vote);
    }
    massSilence = null;
    held.forEach(this::heard);
    queues.values().forEach(queue -> queue.restart(clock));
    ended.restart(clock);
    endedUnknown.restart(clock);
    writers.restart(clock);
  }

  /** Whether this is the first message, whose contents were so before and did not just happen. */
  boolean isListing() {
    return listing;
  }

  /** Whether the backend may still be concluding absences from its own or our disconnection. */
  boolean isInGrace() {
    return clock < graceUntil;
  }

  MassSilence massSilence() {
    return massSilence;
  }

  /** Begins a member's whole time anew; whatever was withheld or held about it is not any more. */
  void heard(Vote vote) {
    release(vote);
    writers.held(vote, false, clock);
    long downTime = settings.downTime(vote.tracked.id.group());
    queues.computeIfAbsent(downTime, SilenceQueue::new).heard(vote, clock);
  }

  /** No deadline runs for the member until further notice. */
  void hold(Vote vote) {
    release(vote);
    held.heard(vote, clock);
    writers.held(vote, true, clock);
  }

  /** Forgets a member's deadline. */
  void drop(Vote vote) {
    release(vote);
    vote.leaveQueue();
    writers.notLiving(vote, clock);
    vote.held = false;
  }

  /**
   * That a life before the row's ended, found while there was no row, is no verdict on this one.
   */
  void dropLifeBefore(Tracked tracked) {
    Vote vote = tracked.votes[index];
    if (vote != null
        && tracked.status == Status.UNKNOWN
        && vote.choice == Vote.Choice.DOWN
        && vote.isOfOlderLife()) {
      drop(vote);
      tracked.votes[index] = null;
    }
  }

  /** A verdict was given: no deadline runs any more, except for being remembered at all. */
  void end(Vote vote) {
    drop(vote);
    if (!vote.tracked.catalogued && vote.tracked.votes[index] == vote) {
      // Of whom nothing but an end was ever heard, the catalogue tells soon or never.
      (vote.tracked.member == null ? endedUnknown : ended).heard(vote, clock);
    }
  }

  /** The backend concluded that a member is gone: believed unless too many others are as well. */
  void conclude(Vote vote, Reason reason) {
    if (vote.concluded == null) {
      vote.concluded = reason;
      vote.leaveQueue();
      writers.held(vote, false, clock);
      if (vote.writer != null) {
        vote.writer.concluded++;
      }
      concluded.add(vote);
    }
  }

  private void release(Vote vote) {
    if (vote.concluded != null) {
      vote.concluded = null;
      concluded.remove(vote);
      if (vote.writer != null) {
        vote.writer.concluded--;
      }
    }
    if (vote.withheld) {
      vote.withheld = false;
      withheld.remove(vote);
      if (withheld.isEmpty()) {
        massSilence = null;
      }
    }
  }

  /** A member of a writer was seen alive. */
  void living(Vote vote) {
    writers.living(vote, clock);
  }

  /**
   * Hands over every member whose silence, or whose end that the backend concluded, is a verdict
   * now. Costs what is overdue.
   */
  void expire(Consumer<Vote> expired) {
    if (massSilence != null && clock >= heldUntil) {
      massSilence = null;
      for (Vote vote : List.copyOf(withheld)) {
        expireNow(vote, expired);
      }
    }
    expireConcluded(expired);
    for (SilenceQueue<Vote> queue : queues.values()) {
      Vote vote = queue.overdue(clock);
      while (vote != null) {
        if (isPartOfMassSilence(vote)) {
          withhold(vote);
        } else {
          expireNow(vote, expired);
        }
        vote = queue.overdue(clock);
      }
    }
  }

  private void expireConcluded(Consumer<Vote> expired) {
    if (concluded.isEmpty()) {
      return;
    }
    List<Vote> votes = List.copyOf(concluded);
    concluded.clear();
    Set<Writer> gone = new HashSet<>();
    for (Vote vote : votes) {
      if (vote.writer != null && vote.writer.concluded == vote.writer.living) {
        gone.add(vote.writer);
      }
    }
    holdMassSilence(gone);
    if (massSilence == null) {
      writers.departed(gone, clock);
    }
    for (Vote vote : votes) {
      if (massSilence != null && gone.contains(vote.writer)) {
        withhold(vote);
      } else {
        expireNow(vote, expired);
      }
    }
  }

  /** Hands over every member without a row that ended so long ago that it is to be forgotten. */
  void forget(Consumer<Vote> forgotten) {
    forget(ended, forgotten);
    forget(endedUnknown, forgotten);
  }

  private void forget(SilenceQueue<Vote> queue, Consumer<Vote> forgotten) {
    Vote vote = queue.overdue(clock);
    while (vote != null) {
      vote.leaveQueue();
      forgotten.accept(vote);
      vote = queue.overdue(clock);
    }
  }

  private void expireNow(Vote vote, Consumer<Vote> expired) {
    expired.accept(vote);
    end(vote);
  }

  private void withhold(Vote vote) {
    vote.leaveQueue();
    vote.withheld = true;
    withheld.add(vote);
  }

  private boolean isPartOfMassSilence(Vote vote) {
    if (vote.writer == null || !writers.isSilent(vote.writer, clock)) {
      return false;
    }
    holdMassSilence(Set.of());
    return massSilence != null;
  }

  private void holdMassSilence(Set<Writer> gone) {
    if (massSilence == null) {
      massSilence = writers.massSilence(gone, clock);
      heldUntil = clock + settings.massHold();
    }
  }
}

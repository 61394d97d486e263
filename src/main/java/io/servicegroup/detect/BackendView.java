package io.servicegroup.detect;

import io.servicegroup.detect.Evidence.Accused;
import io.servicegroup.detect.Evidence.Dead;
import io.servicegroup.detect.Evidence.Event;
import io.servicegroup.detect.Evidence.Standing;
import io.servicegroup.model.BackendState.MassSilence;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Sightings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What is known through one backend: its weight and clock, and the members in the order of their
 * deadlines. All evidence changes here, and with it the queues, the writers and the verdicts.
 */
final class BackendView {

  /** For how long a member without a row in the catalogue is remembered after its end. */
  private static final long REMEMBERED = TimeUnit.HOURS.toMillis(1);

  /** What follows from what was seen. */
  interface Listener {
    /** It was seen alive; told before it is known to have changed. */
    void alive(Testimony testimony);

    /** What it testifies, or of which life, changed. */
    void changed(Testimony testimony);
  }

  /** By so many timeouts failures in a row may postpone a verdict while others are heard. */
  private static final int PATIENCE = 4;

  final String name;
  final int index;
  private final EvaluatorSettings settings;
  private final Timeouts timeouts;
  private final Listener listener;
  private final Writers writers;
  private final MassSilenceHold hold;
  private final Reach reach;
  private final BackendClock clock;
  private final Unwitnessed unwitnessed;
  private final List<SilenceQueue<Testimony>> queues = new ArrayList<>();
  private final SilenceQueue<Testimony> present = new SilenceQueue<>(Long.MAX_VALUE);
  private final SilenceQueue<Testimony> accused = new SilenceQueue<>(Long.MAX_VALUE);
  private final SilenceQueue<Testimony> ended = new SilenceQueue<>(REMEMBERED);
  private final SilenceQueue<Testimony> endedUnknown;

  /** Makes one that was not heard from, and is therefore out. */
  BackendView(
      String name, int index, EvaluatorSettings settings, Timeouts timeouts, Listener listener) {
    this.name = name;
    this.index = index;
    this.settings = settings;
    this.timeouts = timeouts;
    this.listener = listener;
    this.endedUnknown = new SilenceQueue<>(settings.serviceDownTime());
    this.writers = new Writers(settings, timeouts);
    this.hold = new MassSilenceHold(settings, timeouts, writers);
    this.reach = new Reach(settings.serviceDownTime());
    this.clock = new BackendClock(settings.serviceDownTime(), reach, this::restart);
    this.unwitnessed = new Unwitnessed(reach, timeouts);
    for (int i = 0; i < timeouts.size(); i++) {
      queues.add(new SilenceQueue<>(timeouts.millis(i)));
    }
  }

  /** Its weight, and its witness clock. */
  BackendClock clock() {
    return clock;
  }

  /**
   * Takes in what the witness says. Whoever is vouched for is heard all the time.
   *
   * @return whether everything begins anew
   */
  boolean advance(Sightings seen) {
    boolean anew = clock.advance(seen);
    if (present.size() > 0) {
      reach.heard();
    }
    return anew;
  }

  private void restart() {
    List<Testimony> pardoned = hold.abandon();
    for (int i = pardoned.size() - 1; i >= 0; i--) {
      pardon(pardoned.get(i));
    }
    present.forEach(testimony -> apply(testimony, Event.ANEW));
    queues.forEach(queue -> queue.restart(clock.millis()));
    ended.restart(clock.millis());
    endedUnknown.restart(clock.millis());
    writers.restart(clock.millis());
  }

  /** Back to its place in its queue: what it is given is time, not a sign of life. */
  private void pardon(Testimony testimony) {
    Evidence before = testimony.evidence;
    if (before instanceof Accused one) {
      testimony.evidence = one.before();
      SilenceQueue<Testimony> queue = queues.get(testimony.tracked.timeout);
      if (one.concluded()) {
        queue.heardBehind(testimony, clock.millis(), other -> other.begunAt <= testimony.begunAt);
      } else {
        queue.heardFirst(testimony, clock.millis());
      }
      writers.follow(testimony, before, true, clock.millis());
    }
  }

  MassSilence massSilence() {
    return hold.shown();
  }

  /** How many members' verdicts are postponed by more than one gap, or since nobody can write. */
  int postponed() {
    int[] count = {unwitnessed.overdue()};
    for (SilenceQueue<Testimony> queue : queues) {
      queue.fromHeadWhile(
          testimony -> {
            boolean late =
                reach.millis() - testimony.begunAt >= queue.timeoutMillis()
                    && reach.isAfterGaps(testimony.begunAt);
            count[0] += late ? 1 : 0;
            return late;
          });
    }
    return count[0];
  }

  /** Lets happen what is in the table of {@link Evidence}. */
  void apply(Testimony testimony, Event event) {
    Evidence before = testimony.evidence;
    Evidence next = before.after(event);
    boolean sign = event == Event.SIGN || event == Event.PRESENCE;
    if (sign) {
      reach.heard();
    }
    if (sign || (event == Event.JOINED && next != before)) {
      listener.alive(testimony);
    }
    if (next != before || !(event.isOnlyForSome() || next instanceof Dead)) {
      become(testimony, next);
    }
    if (sign && next == before) {
      listener.changed(testimony);
    }
  }

  /** The member's own agent said so. */
  void state(Testimony testimony, Reason reason) {
    become(testimony, new Dead(reason));
  }

  /** The backend concluded that a member is gone: believed unless too many others are as well. */
  void conclude(Testimony testimony, Reason reason) {
    Evidence next = testimony.evidence.accused(reason, true);
    if (next != testimony.evidence) {
      become(testimony, next);
    }
  }

  /** Its own beats could not be written, as somebody else holds its row or its agent says so. */
  void unwitnessed(Testimony testimony) {
    if (testimony.evidence != Standing.PRESENT && !(testimony.evidence instanceof Dead)) {
      unwitnessed.found(testimony);
      apply(testimony, Event.ANEW);
    }
  }

  /** Waits for a member that was found and never seen, or learns who beats for it. */
  void inSight(Testimony testimony) {
    writers.expect(testimony, clock.millis());
  }

  /** Forgets a member. */
  void drop(Testimony testimony) {
    writers.remove(testimony, clock.millis());
    testimony.leaveQueue();
    testimony.tracked.testimonies[index] = null;
  }

  private void become(Testimony testimony, Evidence next) {
    Evidence before = testimony.evidence;
    testimony.evidence = next;
    if (next == Standing.PRESENT) {
      present.heard(testimony, clock.millis());
    } else if (next instanceof Standing) {
      queues.get(testimony.tracked.timeout).heard(testimony, clock.millis());
      testimony.begunAt = reach.millis();
    } else if (next instanceof Accused) {
      testimony.begunAt = before == Standing.PRESENT ? reach.millis() : testimony.begunAt;
      accused.heard(testimony, clock.millis());
    } else {
      testimony.leaveQueue();
      if (!testimony.tracked.catalogued) {
        // Of whom nothing but an end was ever heard, the catalogue tells soon or never.
        boolean unknown = testimony.tracked.member == null;
        (unknown ? endedUnknown : ended).heard(testimony, clock.millis());
      }
    }
    writers.follow(testimony, before, next instanceof Standing, clock.millis());
    if (!next.equals(before)) {
      listener.changed(testimony);
    }
  }

  /**
   * Judges every member whose time is over, or whose end the backend concluded. Costs what is
   * overdue, and while verdicts are withheld as much as is silent.
   */
  void judge(Consumer<Testimony> unknown) {
    unwitnessed.settle();
    for (SilenceQueue<Testimony> queue : queues) {
      Testimony testimony = overdue(queue);
      while (testimony != null) {
        if (testimony.tracked.member == null) {
          unknown.accept(testimony);
        } else {
          become(testimony, testimony.evidence.accused(Reason.HEARTBEAT_TIMEOUT, false));
        }
        testimony = overdue(queue);
      }
    }
    if (accused.size() > 0 || hold.isHolding()) {
      hold.takeStock(clock.millis());
      List<Testimony> guilty = hold.released(clock.millis(), this::hasOverstayed);
      accused.forEach(
          one -> {
            if (hasOverstayed(one) || !hold.withholds(one, clock.millis())) {
              guilty.add(one);
            }
          });
      believe(guilty);
    }
    hold.settle();
  }

  /**
   * The member longest silent, where its time is over or was postponed for as long as it may be.
   * After an outage everybody has a whole timeout to come back, however long they were awaited.
   */
  private Testimony overdue(SilenceQueue<Testimony> queue) {
    Testimony head = queue.overdue(clock.millis());
    boolean mayBeBack = reach.sinceOutageMillis() < queue.timeoutMillis();
    if (head == null && queue.head() != null && !mayBeBack) {
      long waited = reach.millis() - queue.head().begunAt;
      head = waited / (1 + PATIENCE) >= queue.timeoutMillis() ? queue.head() : null;
    }
    return head;
  }

  /** What was postponed for as long as it may be is not withheld again and again. */
  private boolean hasOverstayed(Testimony testimony) {
    long waited = reach.millis() - testimony.begunAt - settings.massHold();
    return waited / (1 + PATIENCE) >= timeouts.millis(testimony.tracked.timeout);
  }

  /** All of them are judged before anybody is out of sight. */
  private void believe(List<Testimony> guilty) {
    Set<Writer> gone = new HashSet<>();
    for (Testimony testimony : guilty) {
      if (testimony.writer != null && testimony.writer.isGone()) {
        gone.add(testimony.writer);
      }
    }
    Map<Writer, int[]> departing = writers.timeouts(gone);
    for (Testimony testimony : guilty) {
      if (testimony.evidence instanceof Accused one) {
        become(testimony, one.believed());
      }
    }
    writers.departed(departing, clock.millis());
  }

  /** Hands over every member without a row that ended so long ago that it is to be forgotten. */
  void forget(Consumer<Testimony> forgotten) {
    forget(ended, forgotten);
    forget(endedUnknown, forgotten);
  }

  private void forget(SilenceQueue<Testimony> queue, Consumer<Testimony> forgotten) {
    Testimony testimony = queue.overdue(clock.millis());
    while (testimony != null) {
      testimony.leaveQueue();
      forgotten.accept(testimony);
      testimony = queue.overdue(clock.millis());
    }
  }
}

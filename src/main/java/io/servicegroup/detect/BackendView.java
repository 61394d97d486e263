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
import java.util.function.Consumer;

/**
 * What is known through one backend: its weight and clock, and the members in the order of their
 * deadlines. All evidence is changed by this class, which keeps the queues, the writers and the
 * verdicts in step with it.
 */
final class BackendView {

  /** Is told what changed, and decides the verdicts. */
  interface Listener {
    /** The member was seen alive; called before {@link #changed}. */
    void alive(Testimony testimony);

    /** The testimony's evidence or its incarnation changed. */
    void changed(Testimony testimony);
  }

  /** Failures in a row may postpone a verdict by so many timeouts while others are heard. */
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
  private final EndedMembers ended;

  /** Makes the view of a backend that was not heard from yet, and is therefore out. */
  BackendView(
      String name, int index, EvaluatorSettings settings, Timeouts timeouts, Listener listener) {
    this.name = name;
    this.index = index;
    this.settings = settings;
    this.timeouts = timeouts;
    this.listener = listener;
    this.ended = new EndedMembers(settings.serviceDownTime());
    this.writers = new Writers(settings, timeouts);
    this.hold = new MassSilenceHold(settings, timeouts, writers);
    this.reach = new Reach(settings.serviceDownTime());
    this.clock = new BackendClock(settings.serviceDownTime(), reach, this::restart);
    this.unwitnessed = new Unwitnessed(reach, timeouts);
    for (int i = 0; i < timeouts.size(); i++) {
      queues.add(new SilenceQueue<>(timeouts.millis(i)));
    }
  }

  /** The backend's weight and its witness clock. */
  BackendClock clock() {
    return clock;
  }

  /**
   * Takes in what the witness says. A member that the backend vouches for counts as heard all the
   * time.
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
    List<Testimony> restored = hold.abandon();
    for (int i = restored.size() - 1; i >= 0; i--) {
      restore(restored.get(i));
    }
    present.forEach(testimony -> apply(testimony, Event.ANEW));
    queues.forEach(queue -> queue.restart(clock.millis()));
    ended.restart(clock.millis());
    writers.restart(clock.millis());
  }

  /**
   * Withdraws an accusation. The member gets its whole timeout again, but returns to its former
   * place among the others: time is not a sign of life.
   */
  private void restore(Testimony testimony) {
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

  /** The number of verdicts postponed by more than one gap, or because beats cannot be written. */
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

  /** Applies an event as the table of {@link Evidence} says. */
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

  /** The member's own agent stated that the member failed or left, which is believed at once. */
  void state(Testimony testimony, Reason reason) {
    become(testimony, new Dead(reason));
  }

  /**
   * The backend concluded that a member is gone. This is believed in {@link #judge}, unless too
   * many other members are gone as well.
   */
  void conclude(Testimony testimony, Reason reason) {
    Evidence next = testimony.evidence.accused(reason, true);
    if (next != testimony.evidence) {
      become(testimony, next);
    }
  }

  /**
   * The member's beats could not be written, because its row is locked or because its agent says
   * so.
   */
  void unwitnessed(Testimony testimony) {
    if (testimony.evidence != Standing.PRESENT && !(testimony.evidence instanceof Dead)) {
      unwitnessed.found(testimony);
      apply(testimony, Event.ANEW);
    }
  }

  /** Counts a member that was found as in sight, or learns which agent beats for it. */
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
        ended.add(testimony, clock.millis());
      }
    }
    writers.follow(testimony, before, next instanceof Standing, clock.millis());
    if (!next.equals(before)) {
      listener.changed(testimony);
    }
  }

  /**
   * Judges every member whose timeout has passed, or whose end the backend concluded. The cost
   * grows with the number of overdue members, and while verdicts are withheld with the number of
   * silent ones.
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
    if (accused.size() > 0 || hold.isWithholding()) {
      hold.takeStock(clock.millis());
      List<Testimony> believed = hold.released(clock.millis(), this::hasOverstayed);
      accused.forEach(
          one -> {
            if (hasOverstayed(one) || !hold.withholds(one, clock.millis())) {
              believed.add(one);
            }
          });
      believe(believed);
    }
    hold.settle();
  }

  /**
   * Finds the member that is silent for longest, where its timeout has passed or its verdict was
   * postponed for as long as is allowed. After an outage every member has a whole timeout to come
   * back, however long it was silent before.
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

  /** Whether a verdict was postponed for as long as is allowed, and is not withheld again. */
  private boolean hasOverstayed(Testimony testimony) {
    long waited = reach.millis() - testimony.begunAt - settings.massHold();
    return waited / (1 + PATIENCE) >= timeouts.millis(testimony.tracked.timeout);
  }

  /**
   * Believes these accusations. Which writers are gone is found out first, since members that are
   * down are no longer in sight.
   */
  private void believe(List<Testimony> believed) {
    Set<Writer> gone = new HashSet<>();
    for (Testimony testimony : believed) {
      if (testimony.writer != null && testimony.writer.isGone()) {
        gone.add(testimony.writer);
      }
    }
    Map<Writer, int[]> departing = writers.timeouts(gone);
    for (Testimony testimony : believed) {
      if (testimony.evidence instanceof Accused one) {
        become(testimony, one.believed());
      }
    }
    writers.departed(departing, clock.millis());
  }

  /** Passes on every member without a row that ended so long ago that it is to be forgotten. */
  void forget(Consumer<Testimony> forgotten) {
    ended.forget(clock.millis(), forgotten);
  }
}

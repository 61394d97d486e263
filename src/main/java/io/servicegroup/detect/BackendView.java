package io.servicegroup.detect;

import io.servicegroup.detect.EvidenceState.Accused;
import io.servicegroup.detect.EvidenceState.Dead;
import io.servicegroup.detect.EvidenceState.Event;
import io.servicegroup.detect.EvidenceState.Standing;
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
    void alive(Evidence evidence);

    /** The evidence's state or its incarnation changed. */
    void changed(Evidence evidence);
  }

  /** Failures in a row may postpone a verdict by so many timeouts while others are heard. */
  private static final int MOST_POSTPONED = 4;

  final String name;
  final int index;
  private final EvaluatorSettings settings;
  private final Timeouts timeouts;
  private final Listener listener;
  private final ObservedWriters writers;
  private final WithheldVerdicts withheld;
  private final HeardTime heardTime;
  private final BackendClock clock;
  private final Unwitnessed unwitnessed;
  private final List<SilenceQueue<Evidence>> queues = new ArrayList<>();
  private final SilenceQueue<Evidence> present = new SilenceQueue<>(Long.MAX_VALUE);
  private final SilenceQueue<Evidence> accused = new SilenceQueue<>(Long.MAX_VALUE);
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
    this.writers = new ObservedWriters(settings, timeouts);
    this.withheld = new WithheldVerdicts(settings, timeouts, writers);
    this.heardTime = new HeardTime(settings.serviceDownTime());
    this.clock = new BackendClock(settings.serviceDownTime(), heardTime, this::restart);
    this.unwitnessed = new Unwitnessed(heardTime, timeouts);
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
      heardTime.heard();
    }
    return anew;
  }

  private void restart() {
    List<Evidence> restored = withheld.abandon();
    for (int i = restored.size() - 1; i >= 0; i--) {
      restore(restored.get(i));
    }
    present.forEach(evidence -> apply(evidence, Event.ANEW));
    queues.forEach(queue -> queue.restart(clock.millis()));
    ended.restart(clock.millis());
    writers.restart(clock.millis());
  }

  /**
   * Withdraws an accusation. The member gets its whole timeout again, but returns to its former
   * place among the others: time is not a sign of life.
   */
  private void restore(Evidence evidence) {
    EvidenceState before = evidence.state;
    if (before instanceof Accused one) {
      evidence.state = one.before();
      SilenceQueue<Evidence> queue = queues.get(evidence.tracked.timeout);
      if (one.concluded()) {
        queue.heardBehind(evidence, clock.millis(), other -> other.begunAt <= evidence.begunAt);
      } else {
        queue.heardFirst(evidence, clock.millis());
      }
      writers.follow(evidence, before, true, clock.millis());
    }
  }

  MassSilence massSilence() {
    return withheld.shown();
  }

  /** The number of verdicts postponed by more than one gap, or because beats cannot be written. */
  int postponed() {
    int[] count = {unwitnessed.overdue()};
    for (SilenceQueue<Evidence> queue : queues) {
      queue.fromHeadWhile(
          evidence -> {
            boolean late =
                heardTime.millis() - evidence.begunAt >= queue.timeoutMillis()
                    && heardTime.isAfterGaps(evidence.begunAt);
            count[0] += late ? 1 : 0;
            return late;
          });
    }
    return count[0];
  }

  /** Applies an event as the table of {@link EvidenceState} says. */
  void apply(Evidence evidence, Event event) {
    EvidenceState before = evidence.state;
    EvidenceState next = before.after(event);
    boolean sign = event == Event.SIGN || event == Event.PRESENCE;
    if (sign) {
      heardTime.heard();
    }
    if (sign || (event == Event.JOINED && next != before)) {
      listener.alive(evidence);
    }
    if (next != before || !(event.isOnlyForSome() || next instanceof Dead)) {
      become(evidence, next);
    }
    if (sign && next == before) {
      listener.changed(evidence);
    }
  }

  /** The member's own agent stated that the member failed or left, which is believed at once. */
  void stated(Evidence evidence, Reason reason) {
    become(evidence, new Dead(reason));
  }

  /**
   * The backend concluded that a member is gone. This is believed in {@link #judge}, unless too
   * many other members are gone as well.
   */
  void conclude(Evidence evidence, Reason reason) {
    EvidenceState next = evidence.state.accused(reason, true);
    if (next != evidence.state) {
      become(evidence, next);
    }
  }

  /**
   * The member's beats could not be written, because its row is locked or because its agent says
   * so.
   */
  void unwitnessed(Evidence evidence) {
    if (evidence.state != Standing.PRESENT && !(evidence.state instanceof Dead)) {
      unwitnessed.found(evidence);
      apply(evidence, Event.ANEW);
    }
  }

  /** Counts a member that was found as in sight, or learns which agent beats for it. */
  void inSight(Evidence evidence) {
    writers.expect(evidence, clock.millis());
  }

  /** Forgets a member. */
  void drop(Evidence evidence) {
    writers.remove(evidence, clock.millis());
    evidence.leaveQueue();
    evidence.tracked.allEvidence[index] = null;
  }

  private void become(Evidence evidence, EvidenceState next) {
    EvidenceState before = evidence.state;
    evidence.state = next;
    if (next == Standing.PRESENT) {
      present.heard(evidence, clock.millis());
    } else if (next instanceof Standing) {
      queues.get(evidence.tracked.timeout).heard(evidence, clock.heardAt());
      evidence.begunAt = heardTime.millis();
    } else if (next instanceof Accused) {
      evidence.begunAt = before == Standing.PRESENT ? heardTime.millis() : evidence.begunAt;
      accused.heard(evidence, clock.millis());
    } else {
      evidence.leaveQueue();
      if (!evidence.tracked.catalogued) {
        ended.add(evidence, clock.millis());
      }
    }
    writers.follow(evidence, before, next instanceof Standing, clock.heardAt());
    if (!next.equals(before)) {
      listener.changed(evidence);
    }
  }

  /**
   * Judges every member whose timeout has passed, or whose end the backend concluded. The cost
   * grows with the number of overdue members, and while verdicts are withheld with the number of
   * silent ones.
   */
  void judge(Consumer<Evidence> unknown) {
    unwitnessed.settle();
    for (SilenceQueue<Evidence> queue : queues) {
      Evidence evidence = overdue(queue);
      while (evidence != null) {
        if (evidence.tracked.member == null) {
          unknown.accept(evidence);
        } else {
          become(evidence, evidence.state.accused(Reason.HEARTBEAT_TIMEOUT, false));
        }
        evidence = overdue(queue);
      }
    }
    if (accused.size() > 0 || withheld.isWithholding()) {
      withheld.takeStock(clock.millis());
      List<Evidence> believed = withheld.released(clock.millis(), this::hasOverstayed);
      accused.forEach(
          one -> {
            if (hasOverstayed(one) || !withheld.withholds(one, clock.millis())) {
              believed.add(one);
            }
          });
      believe(believed);
    }
    withheld.settle();
  }

  /**
   * Finds the member that is silent for longest, where its timeout has passed or its verdict was
   * postponed for as long as is allowed. After an outage every member has a whole timeout to come
   * back, however long it was silent before.
   */
  private Evidence overdue(SilenceQueue<Evidence> queue) {
    Evidence head = queue.overdue(clock.millis());
    boolean mayBeBack = heardTime.sinceOutageMillis() < queue.timeoutMillis();
    if (head == null && queue.head() != null && !mayBeBack) {
      long waited = heardTime.millis() - queue.head().begunAt;
      head = waited / (1 + MOST_POSTPONED) >= queue.timeoutMillis() ? queue.head() : null;
    }
    return head;
  }

  /** Whether a verdict was postponed for as long as is allowed, and is not withheld again. */
  private boolean hasOverstayed(Evidence evidence) {
    long waited = heardTime.millis() - evidence.begunAt - settings.massHold();
    return waited / (1 + MOST_POSTPONED) >= timeouts.millis(evidence.tracked.timeout);
  }

  /**
   * Believes these accusations. Which writers are gone is found out first, since members that are
   * down are no longer in sight.
   */
  private void believe(List<Evidence> believed) {
    Set<ObservedWriter> gone = new HashSet<>();
    for (Evidence evidence : believed) {
      if (evidence.writer != null && evidence.writer.isGone()) {
        gone.add(evidence.writer);
      }
    }
    Map<ObservedWriter, int[]> departing = writers.timeouts(gone);
    for (Evidence evidence : believed) {
      if (evidence.state instanceof Accused one) {
        become(evidence, one.believed());
      }
    }
    writers.departed(departing, clock.millis());
  }

  /** Passes on every member without a row that ended so long ago that it is to be forgotten. */
  void forget(Consumer<Evidence> forgotten) {
    ended.forget(clock.millis(), forgotten);
  }
}

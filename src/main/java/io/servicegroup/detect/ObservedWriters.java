package io.servicegroup.detect;

import io.servicegroup.detect.EvidenceState.Accused;
import io.servicegroup.detect.EvidenceState.Dead;
import io.servicegroup.detect.EvidenceState.Standing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The writers in sight through one backend, in the order in which they were last heard. A writer is
 * in sight while it has members that were seen alive and are not down, or members that the
 * evaluator found when it started and waits for. A writer with a member whose presence the backend
 * vouches for is never silent, however long ago it was heard.
 */
final class ObservedWriters {

  private final EvaluatorSettings settings;
  private final Timeouts timeouts;
  private final Map<String, ObservedWriter> writers = new HashMap<>();
  private final SilenceQueue<ObservedWriter> heard = new SilenceQueue<>(Long.MAX_VALUE);
  private final Set<ObservedWriter> gone = new HashSet<>();

  /** The number of writers that have members of each timeout, by the timeout's index. */
  private final int[] byTimeout;

  /** Writers that were lately believed to be gone, in that order. */
  private final Map<String, Departure> departed = new LinkedHashMap<>();

  private record Departure(long at, int[] byTimeout) {}

  ObservedWriters(EvaluatorSettings settings, Timeouts timeouts) {
    this.settings = settings;
    this.timeouts = timeouts;
    this.byTimeout = new int[timeouts.size()];
  }

  /** Gives every writer its whole timeout again. */
  void restart(long clock) {
    departed.clear();
    heard.restart(clock);
  }

  /**
   * Keeps a writer's counts and place in step with the evidence of one of its members.
   *
   * @param evidence of the member, with its present evidence
   * @param before the evidence before
   * @param anew whether the member's timeout began anew, which means that the writer was heard
   */
  void follow(Evidence evidence, EvidenceState before, boolean anew, long clock) {
    EvidenceState after = evidence.state;
    ObservedWriter writer = evidence.writer;
    if (writer != null) {
      count(writer, before, -1);
    }
    if (after instanceof Dead) {
      leave(evidence, clock);
      return;
    }
    if (writer == null && after instanceof Standing && after.vote() == EvidenceState.Choice.UP) {
      writer = enter(evidence);
    }
    if (writer != null) {
      count(writer, after, 1);
      place(writer, anew, clock);
    }
  }

  /**
   * Counts a member as in sight that was found and is waited for, or learns which agent beats for
   * it.
   */
  void expect(Evidence evidence, long clock) {
    ObservedWriter writer = evidence.writer;
    if (writer != null && writer.key.equals(key(evidence.tracked))) {
      return;
    }
    remove(evidence, clock);
    writer = enter(evidence);
    count(writer, evidence.state, 1);
    place(writer, true, clock);
  }

  /** Forgets a member. */
  void remove(Evidence evidence, long clock) {
    if (evidence.writer != null) {
      count(evidence.writer, evidence.state, -1);
      leave(evidence, clock);
    }
  }

  private ObservedWriter enter(Evidence evidence) {
    String key = key(evidence.tracked);
    ObservedWriter writer =
        writers.computeIfAbsent(key, name -> new ObservedWriter(name, byTimeout.length));
    evidence.writer = writer;
    departed.remove(key);
    int timeout = evidence.tracked.timeout;
    writer.living++;
    if (writer.byTimeout[timeout]++ == 0) {
      byTimeout[timeout]++;
    }
    return writer;
  }

  private void leave(Evidence evidence, long clock) {
    ObservedWriter writer = evidence.writer;
    if (writer == null) {
      return;
    }
    evidence.writer = null;
    int timeout = evidence.tracked.timeout;
    if (--writer.byTimeout[timeout] == 0) {
      byTimeout[timeout]--;
    }
    writer.living--;
    if (writer.living == 0) {
      writer.leaveQueue();
      gone.remove(writer);
      writers.remove(writer.key);
    } else {
      place(writer, false, clock);
    }
  }

  private static void count(ObservedWriter writer, EvidenceState state, int by) {
    if (state == Standing.PRESENT) {
      writer.present += by;
    } else if (state instanceof Accused accused && accused.concluded()) {
      writer.concluded += by;
    }
  }

  /** Whose presence is not vouched for any more is silent from there on. */
  private void place(ObservedWriter writer, boolean anew, long clock) {
    if (writer.isGone()) {
      writer.leaveQueue();
      gone.add(writer);
      return;
    }
    gone.remove(writer);
    if (writer.present > 0) {
      writer.leaveQueue();
    } else if (anew || !writer.isQueued()) {
      heard.heard(writer, writer.isQueued() ? Math.max(writer.heardAt(), clock) : clock);
    }
  }

  private static String key(TrackedMember tracked) {
    return tracked.member != null && tracked.member.agent() != null
        ? tracked.member.agent()
        : tracked.id.toString();
  }

  /** Whether no member of a writer was heard lately, and the backend vouches for none of them. */
  boolean isLost(ObservedWriter writer, long clock) {
    return writer.isGone() || (writer.isQueued() && isSilent(writer, clock));
  }

  /**
   * Judges a writer by the smallest timeout among its members, since any of them makes it heard.
   */
  private boolean isSilent(ObservedWriter writer, long clock) {
    long timeout = timeouts.millis(writer.smallestTimeout());
    return clock - writer.heardAt() > settings.suspicionTime(timeout);
  }

  /** The number of members in sight, by timeout, of each of some writers. */
  Map<ObservedWriter, int[]> timeouts(Set<ObservedWriter> some) {
    Map<ObservedWriter, int[]> timeouts = new LinkedHashMap<>();
    some.forEach(writer -> timeouts.put(writer, writer.byTimeout.clone()));
    return timeouts;
  }

  /**
   * Remembers those writers that are out of sight now: the backend concluded that all their members
   * are gone, and this is believed. They count as lost in the {@link #census} for one more {@code
   * report_interval}, so that agents which go shortly after one another are recognised as a mass
   * silence.
   */
  void departed(Map<ObservedWriter, int[]> believed, long clock) {
    forgetDepartures(clock);
    believed.forEach(
        (writer, byTimeoutBefore) -> {
          if (writer.living == 0 && settings.massShare() < 1) {
            departed.put(writer.key, new Departure(clock, byTimeoutBefore));
          }
        });
  }

  /**
   * Counts the lost writers among those in sight; the cost grows with the number of silent ones.
   */
  Census census(long clock) {
    forgetDepartures(clock);
    Census census = new Census(writers.size(), byTimeout);
    gone.forEach(writer -> census.addLost(writer.byTimeout));
    long shortest = settings.suspicionTime(timeouts.millis(0));
    heard.fromHeadWhile(
        writer -> {
          if (isSilent(writer, clock)) {
            census.addLost(writer.byTimeout);
          }
          return clock - writer.heardAt() > shortest;
        });
    departed.values().forEach(departure -> census.addDeparted(departure.byTimeout()));
    return census;
  }

  /** The number of departures that are remembered. */
  int departures() {
    return departed.size();
  }

  private void forgetDepartures(long clock) {
    Iterator<Departure> departures = departed.values().iterator();
    while (departures.hasNext() && clock - departures.next().at() > settings.reportInterval()) {
      departures.remove();
    }
  }
}

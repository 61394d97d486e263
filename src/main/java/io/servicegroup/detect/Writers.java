package io.servicegroup.detect;

import io.servicegroup.detect.Evidence.Accused;
import io.servicegroup.detect.Evidence.Dead;
import io.servicegroup.detect.Evidence.Standing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The writers in sight through one backend, in the order in which they were heard. In sight are
 * those with members that were seen alive and are not down, and those whose members this evaluator
 * found when it started and waits for. A writer with a member whose presence is vouched for is
 * never silent, however long ago it was heard.
 */
final class Writers {

  private final EvaluatorSettings settings;
  private final Timeouts timeouts;
  private final Map<String, Writer> writers = new HashMap<>();
  private final SilenceQueue<Writer> heard = new SilenceQueue<>(Long.MAX_VALUE);
  private final Set<Writer> gone = new HashSet<>();

  /** How many writers have members of each timeout. */
  private final int[] byTimeout;

  /** Writers that were believed to be gone lately, in that order. */
  private final Map<String, Departure> departed = new LinkedHashMap<>();

  private record Departure(long at, int[] byTimeout) {}

  Writers(EvaluatorSettings settings, Timeouts timeouts) {
    this.settings = settings;
    this.timeouts = timeouts;
    this.byTimeout = new int[timeouts.size()];
  }

  /** Gives every writer its whole time again. */
  void restart(long clock) {
    departed.clear();
    heard.restart(clock);
  }

  /**
   * Keeps the writer in step with what became of one of its members.
   *
   * @param testimony with the evidence that it has now
   * @param before the evidence that it had
   * @param anew whether its time began anew, which is a sign of its writer as well
   */
  void follow(Testimony testimony, Evidence before, boolean anew, long clock) {
    Evidence after = testimony.evidence;
    Writer writer = testimony.writer;
    if (writer != null) {
      count(writer, before, -1);
    }
    if (after instanceof Dead) {
      leave(testimony, clock);
      return;
    }
    if (writer == null && after instanceof Standing && after.vote() == Evidence.Choice.UP) {
      writer = enter(testimony);
    }
    if (writer != null) {
      count(writer, after, 1);
      place(writer, anew, clock);
    }
  }

  /** Waits for a member that was found, or learns who beats for it. */
  void expect(Testimony testimony, long clock) {
    Writer writer = testimony.writer;
    if (writer != null && writer.key.equals(key(testimony.tracked))) {
      return;
    }
    remove(testimony, clock);
    writer = enter(testimony);
    count(writer, testimony.evidence, 1);
    place(writer, true, clock);
  }

  /** Forgets a member. */
  void remove(Testimony testimony, long clock) {
    if (testimony.writer != null) {
      count(testimony.writer, testimony.evidence, -1);
      leave(testimony, clock);
    }
  }

  private Writer enter(Testimony testimony) {
    String key = key(testimony.tracked);
    Writer writer = writers.computeIfAbsent(key, name -> new Writer(name, byTimeout.length));
    testimony.writer = writer;
    departed.remove(key);
    int timeout = testimony.tracked.timeout;
    writer.living++;
    if (writer.byTimeout[timeout]++ == 0) {
      byTimeout[timeout]++;
    }
    return writer;
  }

  private void leave(Testimony testimony, long clock) {
    Writer writer = testimony.writer;
    if (writer == null) {
      return;
    }
    testimony.writer = null;
    int timeout = testimony.tracked.timeout;
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

  private static void count(Writer writer, Evidence evidence, int by) {
    if (evidence == Standing.PRESENT) {
      writer.present += by;
    } else if (evidence instanceof Accused accused && accused.concluded()) {
      writer.concluded += by;
    }
  }

  /** Whose presence is not vouched for any more is silent from there on. */
  private void place(Writer writer, boolean anew, long clock) {
    if (writer.isGone()) {
      writer.leaveQueue();
      gone.add(writer);
      return;
    }
    gone.remove(writer);
    if (writer.present > 0) {
      writer.leaveQueue();
    } else if (anew || !writer.isQueued()) {
      heard.heard(writer, clock);
    }
  }

  private static String key(Tracked tracked) {
    return tracked.member != null && tracked.member.agent() != null
        ? tracked.member.agent()
        : tracked.id.toString();
  }

  /** Whether nothing was heard lately of any of a writer's members, nor is any vouched for. */
  boolean isLost(Writer writer, long clock) {
    return writer.isGone() || (writer.isQueued() && isSilent(writer, clock));
  }

  /** Suspicious from its smallest timeout on: the slowest of its members says nothing of it. */
  private boolean isSilent(Writer writer, long clock) {
    long timeout = timeouts.millis(writer.smallestTimeout());
    return clock - writer.heardAt() > settings.suspicionTime(timeout);
  }

  /** Of which timeouts some writers have members. */
  Map<Writer, int[]> timeouts(Set<Writer> some) {
    Map<Writer, int[]> timeouts = new LinkedHashMap<>();
    some.forEach(writer -> timeouts.put(writer, writer.byTimeout.clone()));
    return timeouts;
  }

  /**
   * The backend concluded that all members of these writers are gone, and of those that are out of
   * sight now this is believed.
   */
  void departed(Map<Writer, int[]> believed, long clock) {
    forgetDepartures(clock);
    believed.forEach(
        (writer, byTimeoutBefore) -> {
          if (writer.living == 0 && settings.massShare() < 1) {
            departed.put(writer.key, new Departure(clock, byTimeoutBefore));
          }
        });
  }

  /**
   * Counts who is lost among those in sight; costs as much as are silent.
   *
   * @return for each timeout the writers with members of it, and last all of them
   */
  Share[] census(long clock) {
    forgetDepartures(clock);
    int all = byTimeout.length;
    int[] lost = new int[all + 1];
    int[] inSight = new int[all + 1];
    System.arraycopy(byTimeout, 0, inSight, 0, all);
    inSight[all] = writers.size();
    gone.forEach(writer -> add(lost, writer.byTimeout));
    long shortest = settings.suspicionTime(timeouts.millis(0));
    heard.fromHeadWhile(
        writer -> {
          if (isSilent(writer, clock)) {
            add(lost, writer.byTimeout);
          }
          return clock - writer.heardAt() > shortest;
        });
    for (Departure departure : departed.values()) {
      add(lost, departure.byTimeout());
      add(inSight, departure.byTimeout());
    }
    Share[] shares = new Share[all + 1];
    for (int i = 0; i <= all; i++) {
      shares[i] = new Share(lost[i], inSight[i]);
    }
    return shares;
  }

  private static void add(int[] counts, int[] ofOne) {
    for (int i = 0; i < ofOne.length; i++) {
      counts[i] += ofOne[i] > 0 ? 1 : 0;
    }
    counts[ofOne.length]++;
  }

  /** How many departures are remembered. */
  int departures() {
    return departed.size();
  }

  private void forgetDepartures(long clock) {
    Iterator<Departure> departures = departed.values().iterator();
    while (departures.hasNext() && clock - departures.next().at() > settings.reportInterval()) {
      departures.remove();
    }
  }

  /**
   * How many writers of some are lost.
   *
   * @param lost how many were not heard lately, or are gone
   * @param writers how many are in sight
   */
  record Share(int lost, int writers) {}
}

package io.servicegroup.detect;

import io.servicegroup.model.BackendState.MassSilence;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The writers in sight through one backend, in the order in which they were heard, and whether so
 * many of them fell silent together that it is not believed. A writer with a member whose presence
 * is vouched for is never silent, however long ago it was heard.
 */
final class Writers {

  private final EvaluatorSettings settings;
  private final Map<Long, SilenceQueue<Writer>> queues = new HashMap<>();
  private final Map<String, Writer> writers = new HashMap<>();

  /** Writers that were concluded to be gone lately, and when; in that order. */
  private final Map<String, Long> departed = new LinkedHashMap<>();

  Writers(EvaluatorSettings settings) {
    this.settings = settings;
  }

  /** Gives every writer its whole time again. */
  void restart(long clock) {
    departed.clear();
    queues.values().forEach(queue -> queue.restart(clock));
  }

  /** A member of a writer was seen alive. */
  void living(Vote vote, long clock) {
    String key = key(vote.tracked);
    if (vote.writer == null || !vote.writer.key.equals(key)) {
      notLiving(vote, clock);
      vote.writer = writers.computeIfAbsent(key, Writer::new);
      vote.writer.living++;
      vote.writer.held += vote.held ? 1 : 0;
      departed.remove(key);
    }
    Writer writer = vote.writer;
    writer.downTime = Math.max(writer.downTime, settings.downTime(vote.tracked.id.group()));
    heard(writer, clock);
  }

  /** A member is not counted among the living any more. */
  void notLiving(Vote vote, long clock) {
    Writer writer = vote.writer;
    if (writer != null) {
      vote.writer = null;
      writer.living--;
      if (vote.held) {
        writer.held--;
        heard(writer, clock);
      }
      if (writer.living == 0) {
        writer.leaveQueue();
        writers.remove(writer.key);
      }
    }
  }

  /** A member's presence is vouched for, or is not any more: its writer's time begins to run. */
  void held(Vote vote, boolean held, long clock) {
    if (vote.held != held) {
      vote.held = held;
      if (vote.writer != null) {
        vote.writer.held += held ? 1 : -1;
        heard(vote.writer, clock);
      }
    }
  }

  private void heard(Writer writer, long clock) {
    if (writer.held > 0) {
      writer.leaveQueue();
    } else {
      queues.computeIfAbsent(writer.downTime, SilenceQueue::new).heard(writer, clock);
    }
  }

  private static String key(Tracked tracked) {
    return tracked.member != null && tracked.member.agent() != null
        ? tracked.member.agent()
        : tracked.id.toString();
  }

  /** Nobody vouches for any of these writers' members any more, and this is believed. */
  void departed(Set<Writer> gone, long clock) {
    gone.forEach(writer -> departed.put(writer.key, clock));
  }

  /** A writer with a member that was heard lately is not silent, whatever else it has. */
  boolean isSilent(Writer writer, long clock) {
    return writer.held == 0 && clock - writer.heardAt() > settings.suspicionTime(writer.downTime);
  }

  /**
   * Judges whether too many are silent at once.
   *
   * @param gone writers whose members are all concluded to be gone just now
   * @return what to show, or null where it is to be believed
   */
  MassSilence massSilence(Set<Writer> gone, long clock) {
    if (settings.massShare() >= 1) {
      return null;
    }
    gone.forEach(Writer::leaveQueue);
    int before = gone.isEmpty() ? 0 : departedLately(clock);
    int silent = gone.size() + before;
    for (SilenceQueue<Writer> queue : queues.values()) {
      silent += queue.silentFor(settings.suspicionTime(queue.timeoutMillis()), clock);
    }
    int all = writers.size() + before;
    boolean tooMany = silent >= settings.massMinWriters() && silent > settings.massShare() * all;
    return tooMany ? new MassSilence(silent, all, settings.massHold()) : null;
  }

  private int departedLately(long clock) {
    Iterator<Long> times = departed.values().iterator();
    while (times.hasNext() && clock - times.next() > settings.reportInterval()) {
      times.remove();
    }
    return departed.size();
  }
}

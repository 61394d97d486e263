package io.servicegroup.detect;

import io.servicegroup.model.BackendState.MassSilence;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What is known through one backend: its witness clock, the members in the order of their
 * deadlines, the writers in the order in which they were heard, and the verdicts that a mass
 * silence withholds.
 */
final class BackendView {

  final String name;
  final int index;
  private final EvaluatorSettings settings;
  private final Map<Long, SilenceQueue<Vote>> queues = new HashMap<>();
  private final Map<Long, SilenceQueue<Writer>> writerQueues = new HashMap<>();
  private final Map<String, Writer> writers = new HashMap<>();
  private final SilenceQueue<Vote> held = new SilenceQueue<>(Long.MAX_VALUE);
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
  }

  /** Sets the clock to what the witness says. A clock that fell gives everybody all their time. */
  void advance(long witnessedMillis) {
    boolean fell = witnessedMillis < clock;
    listing = !started;
    clock = witnessedMillis;
    if (fell || !started) {
      restart();
    }
    started = true;
    reachable = true;
  }

  private void restart() {
    graceUntil = clock + settings.serviceDownTime();
    for (Vote vote : List.copyOf(withheld)) {
      heard(vote);
    }
    massSilence = null;
    held.forEach(this::heard);
    queues.values().forEach(queue -> queue.restart(clock));
    writerQueues.values().forEach(queue -> queue.restart(clock));
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
    vote.held = false;
    long downTime = settings.downTime(vote.tracked.id.group());
    queues.computeIfAbsent(downTime, SilenceQueue::new).heard(vote, clock);
  }

  /** No deadline runs for the member until further notice. */
  void hold(Vote vote) {
    release(vote);
    held.heard(vote, clock);
    vote.held = true;
  }

  /** Forgets a member's deadline. */
  void drop(Vote vote) {
    release(vote);
    vote.leaveQueue();
    vote.held = false;
    notLiving(vote);
  }

  private void release(Vote vote) {
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
    String key = writerKey(vote.tracked);
    if (vote.writer == null || !vote.writer.key.equals(key)) {
      notLiving(vote);
      vote.writer = writers.computeIfAbsent(key, Writer::new);
      vote.writer.living++;
    }
    Writer writer = vote.writer;
    writer.downTime = Math.max(writer.downTime, settings.downTime(vote.tracked.id.group()));
    writerQueues.computeIfAbsent(writer.downTime, SilenceQueue::new).heard(writer, clock);
  }

  private void notLiving(Vote vote) {
    Writer writer = vote.writer;
    if (writer != null) {
      vote.writer = null;
      writer.living--;
      if (writer.living == 0) {
        writer.leaveQueue();
        writers.remove(writer.key);
      }
    }
  }

  private static String writerKey(Tracked tracked) {
    return tracked.member != null && tracked.member.agent() != null
        ? tracked.member.agent()
        : tracked.id.toString();
  }

  /** Hands over every member whose silence is a verdict now. Costs what is overdue. */
  void expire(Consumer<Vote> expired) {
    if (massSilence != null && clock >= heldUntil) {
      massSilence = null;
      for (Vote vote : List.copyOf(withheld)) {
        expireNow(vote, expired);
      }
    }
    for (SilenceQueue<Vote> queue : queues.values()) {
      Vote vote = queue.overdue(clock);
      while (vote != null) {
        if (isPartOfMassSilence(vote)) {
          vote.leaveQueue();
          vote.withheld = true;
          withheld.add(vote);
        } else {
          expireNow(vote, expired);
        }
        vote = queue.overdue(clock);
      }
    }
  }

  private void expireNow(Vote vote, Consumer<Vote> expired) {
    expired.accept(vote);
    drop(vote);
  }

  private boolean isPartOfMassSilence(Vote vote) {
    if (settings.massShare() >= 1 || vote.writer == null || !isSilent(vote.writer)) {
      return false;
    }
    if (massSilence == null) {
      int silent = 0;
      for (SilenceQueue<Writer> queue : writerQueues.values()) {
        silent += queue.silentFor(settings.suspicionTime(queue.timeoutMillis()), clock);
      }
      int all = writers.size();
      if (silent >= settings.massMinWriters() && silent > settings.massShare() * all) {
        massSilence = new MassSilence(silent, all, settings.massHold());
        heldUntil = clock + settings.massHold();
      }
    }
    return massSilence != null;
  }

  /** A writer with a member that was heard lately is not silent, whatever else it has. */
  private boolean isSilent(Writer writer) {
    return clock - writer.heardAt() > settings.suspicionTime(writer.downTime);
  }
}

package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.AgentConfig;
import io.servicegroup.model.Absence;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.ProcessIdentity;
import io.servicegroup.model.Sightings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds out whether other lives with the same {@code agent.id} still run. A life on the same
 * machine and in the same pid namespace is checked by its process, at once. Any other life is
 * checked by the beats of its members, as the backends show them.
 *
 * <p>Not thread-safe.
 */
final class OtherAgentLives {

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);

  /** The result of a check. */
  sealed interface Answer {}

  /** No other life runs. */
  record None() implements Answer {}

  /**
   * At least one other life runs.
   *
   * @param sign what shows that, as a clause
   */
  record Seen(String sign) implements Answer {}

  /** Some lives have not been decided yet. */
  record NotKnown() implements Answer {}

  private final Vertx vertx;
  private final Duration beatsWithin;
  private final Duration downTime;
  private final Map<AgentLife, Traces> lives = new HashMap<>();
  private MessageConsumer<JsonObject> sightings;
  private long watchedSince;

  /** What the backends show of the members of one life. */
  private static final class Traces {
    private final Map<MemberId, Incarnation> members = new HashMap<>();
    private final Map<MemberId, Long> counts = new HashMap<>();
    private final Set<MemberId> held = new HashSet<>();
    private final Set<MemberId> gone = new HashSet<>();
    private Long beatenAt;
    private boolean watched;
  }

  /**
   * Creates an object that knows no other lives yet.
   *
   * @param vertx whose event bus answers for processes and carries beats
   * @param beatsWithin the time within which a member that beats shows a beat
   * @param downTime the silence after which a member that was seen to beat counts as ended, and the
   *     time after which a presence that a backend holds is no remnant of an ended life
   */
  OtherAgentLives(Vertx vertx, Duration beatsWithin, Duration downTime) {
    this.vertx = vertx;
    this.beatsWithin = beatsWithin;
    this.downTime = downTime;
  }

  /** Creates an object for the intervals of a configuration. */
  static OtherAgentLives of(Vertx vertx, AgentConfig.Liveness pace) {
    Duration interval = pace.reportInterval().multipliedBy(5).dividedBy(4);
    // One poll shows a count, another one shows that it grew, and the third allows for delays.
    Duration beatsWithin = interval.plus(pace.pollInterval().multipliedBy(3));
    return new OtherAgentLives(vertx, beatsWithin, pace.serviceDownTime());
  }

  /** Adds a member that another life joined, as the catalogue has it. */
  void served(AgentLife life, MemberId id, Incarnation incarnation) {
    lives.computeIfAbsent(life, known -> new Traces()).members.put(id, incarnation);
  }

  /**
   * Checks the other lives; may be repeated.
   *
   * @param own the process of this life; null where the system does not tell
   * @param now the time of the monotonic clock, in nanoseconds
   */
  Future<Answer> check(ProcessIdentity own, long now) {
    List<Future<Void>> asked = new ArrayList<>();
    for (AgentLife life : List.copyOf(lives.keySet())) {
      if (own != null && own.isBeside(life.process())) {
        asked.add(askForProcess(own, life));
      } else {
        watch(life);
      }
    }
    return Future.join(asked).map(answers -> answer(now));
  }

  /** Asks whether the process of a life exists. A life whose process is gone has ended. */
  private Future<Void> askForProcess(ProcessIdentity own, AgentLife life) {
    return Topics.PROCESS
        .request(vertx, life.pid(), REQUEST_TIMEOUT)
        .transform(
            found -> {
              if (found.failed()) {
                watch(life);
              } else if (!life.process().equals(found.result()) || !life.isRunning(own)) {
                lives.remove(life);
              }
              return Future.succeededFuture();
            });
  }

  private void watch(AgentLife life) {
    lives.get(life).watched = true;
    if (sightings == null) {
      sightings = Topics.SIGHTINGS.consume(vertx, seen -> sighted(seen, System.nanoTime()));
    }
  }

  private Answer answer(long now) {
    lives.values().removeIf(traces -> traces.watched && isOver(traces, now));
    for (Map.Entry<AgentLife, Traces> life : lives.entrySet()) {
      if (!life.getValue().watched) {
        return new Seen("process " + life.getKey().pid() + " on this machine");
      }
      Traces traces = life.getValue();
      boolean present = !traces.held.isEmpty() && now - watchedSince > downTime.toNanos();
      if (traces.beatenAt != null || present) {
        return new Seen("agent " + life.getKey().agent() + ", whose members are alive");
      }
    }
    if (!lives.isEmpty()) {
      return new NotKnown();
    }
    if (sightings != null) {
      sightings.unregister();
    }
    return new None();
  }

  private boolean isOver(Traces traces, long now) {
    if (traces.gone.containsAll(traces.members.keySet())) {
      return true;
    }
    boolean isWatched = watchedSince != 0 && traces.held.isEmpty();
    return isWatched
        && (traces.beatenAt == null
            ? now - watchedSince > beatsWithin.toNanos()
            : now - traces.beatenAt > downTime.toNanos());
  }

  /** Takes in sightings. A count that is seen for the first time is no beat: it may be old. */
  void sighted(Sightings seen, long now) {
    watchedSince = watchedSince == 0 ? now : watchedSince;
    for (Traces traces : lives.values()) {
      seen.beats().stream().filter(beat -> isOf(traces, beat)).forEach(b -> beat(traces, b, now));
      seen.held().stream()
          .filter(beat -> isOf(traces, beat))
          .forEach(
              beat -> {
                traces.held.add(beat.id());
                traces.gone.remove(beat.id());
              });
      for (Absence absence : seen.gone()) {
        Incarnation known = traces.members.get(absence.id());
        boolean over = !absence.cause().isReported();
        if (over && known != null && known.equals(absence.incarnation())) {
          traces.held.remove(absence.id());
          traces.gone.add(absence.id());
        }
      }
    }
  }

  private static boolean isOf(Traces traces, Beat beat) {
    Incarnation known = traces.members.get(beat.id());
    return known != null && known.equals(beat.incarnation());
  }

  private static void beat(Traces traces, Beat beat, long now) {
    traces.held.remove(beat.id());
    Long before = traces.counts.put(beat.id(), beat.count());
    if (before != null && beat.count() > before) {
      traces.beatenAt = now;
      traces.gone.remove(beat.id());
    }
  }
}

package io.servicegroup.catalog;

import io.servicegroup.bus.Topics;
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
 * Whether other lives of this agent's id go on. Where one ran beside this one, on the same machine
 * and in the same pid namespace, its process tells, at once. Of any other its members tell, as the
 * backends show them: their beats go on, or end.
 *
 * <p>Not thread-safe.
 */
final class OtherAgentLives {

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What is known of other lives. */
  sealed interface Answer {}

  /** None goes on. */
  record None() implements Answer {}

  /**
   * At least one goes on.
   *
   * @param sign how that shows, as a clause
   */
  record Seen(String sign) implements Answer {}

  /** It is not known yet of all. */
  record NotKnown() implements Answer {}

  private final Vertx vertx;
  private final Duration beatsWithin;
  private final Duration downTime;
  private final Map<AgentLife, Traces> lives = new HashMap<>();
  private MessageConsumer<JsonObject> sightings;
  private long watchedSince;

  /** What backends show of the members of one life. */
  private static final class Traces {
    private final Map<MemberId, Incarnation> members = new HashMap<>();
    private final Map<MemberId, Long> counts = new HashMap<>();
    private final Set<MemberId> held = new HashSet<>();
    private final Set<MemberId> gone = new HashSet<>();
    private Long beatenAt;
    private boolean watched;
  }

  /**
   * Makes ready.
   *
   * @param vertx where processes and beats are told
   * @param beatsWithin the time within which whoever beats shows a beat
   * @param downTime the silence after which whoever was seen to beat does so no more, and the time
   *     after which a presence that a backend vouches for is no remnant
   */
  OtherAgentLives(Vertx vertx, Duration beatsWithin, Duration downTime) {
    this.vertx = vertx;
    this.beatsWithin = beatsWithin;
    this.downTime = downTime;
  }

  /** A member that another life joined, as the catalogue has it. */
  void served(AgentLife life, MemberId id, Incarnation incarnation) {
    lives.computeIfAbsent(life, known -> new Traces()).members.put(id, incarnation);
  }

  /**
   * Looks; may be asked again and again.
   *
   * @param own the process of this life; null where the system does not say
   * @param now of the monotonic clock, in nanoseconds
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

  /** A life whose process is gone is over. */
  private Future<Void> askForProcess(ProcessIdentity own, AgentLife life) {
    return Topics.PROCESS
        .request(vertx, life.pid(), PATIENCE)
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

  /** A count that is seen for the first time is no beat: it may be an old one. */
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

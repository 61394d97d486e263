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
 * checked by the beats of its members, as the backends show them. Its silence counts only in time
 * in which its beats could have been seen, so times are readings of the backends' witness clocks.
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

  /** The reading of each backend's witness clock from which on the backend was watched. */
  private final Map<String, Long> watchedFrom = new HashMap<>();

  /** The last reading of each backend's witness clock. */
  private final Map<String, Long> lastReadings = new HashMap<>();

  private MessageConsumer<JsonObject> sightings;

  /** What the backends show of the members of one life. */
  private static final class Traces {
    private final Map<MemberId, Incarnation> members = new HashMap<>();
    private final Map<MemberId, Long> counts = new HashMap<>();
    private final Set<MemberId> held = new HashSet<>();
    private final Set<MemberId> gone = new HashSet<>();
    private final Map<String, Long> beatenAt = new HashMap<>();
    private boolean beaten;
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
    // The poll after a beat shows it, and another one allows for delays.
    Duration beatsWithin = interval.plus(pace.pollInterval().multipliedBy(2));
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
   */
  Future<Answer> check(ProcessIdentity own) {
    List<Future<Void>> asked = new ArrayList<>();
    for (AgentLife life : List.copyOf(lives.keySet())) {
      if (own != null && own.isBeside(life.process())) {
        asked.add(askForProcess(own, life));
      } else {
        watch(life);
      }
    }
    return Future.join(asked).map(answers -> answer());
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
      sightings = Topics.SIGHTINGS.consume(vertx, this::sighted);
    }
  }

  private Answer answer() {
    lives.values().removeIf(traces -> traces.watched && isOver(traces));
    for (Map.Entry<AgentLife, Traces> life : lives.entrySet()) {
      if (!life.getValue().watched) {
        return new Seen("process " + life.getKey().pid() + " on this machine");
      }
      Traces traces = life.getValue();
      boolean present = !traces.held.isEmpty() && longestSince(watchedFrom) > downTime.toMillis();
      if (traces.beaten || present) {
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

  private boolean isOver(Traces traces) {
    if (traces.gone.containsAll(traces.members.keySet())) {
      return true;
    }
    Map<String, Long> silentFrom = new HashMap<>(watchedFrom);
    silentFrom.putAll(traces.beatenAt);
    Duration longest = traces.beaten ? downTime : beatsWithin;
    return traces.held.isEmpty() && longestSince(silentFrom) > longest.toMillis();
  }

  /** The longest time since the readings that any backend witnessed, in milliseconds. */
  private long longestSince(Map<String, Long> readings) {
    return readings.entrySet().stream()
        .mapToLong(from -> lastReadings.get(from.getKey()) - from.getValue())
        .max()
        .orElse(0);
  }

  /** Takes in sightings. A count that is seen for the first time is no beat: it may be old. */
  void sighted(Sightings seen) {
    Long before = lastReadings.put(seen.backend(), seen.witnessedMillis());
    if (before == null || seen.witnessedMillis() < before) {
      // Writers need time to come back, too, after an outage.
      watchedFrom.put(seen.backend(), seen.witnessedMillis());
      lives.values().forEach(traces -> traces.beatenAt.remove(seen.backend()));
    }
    for (Traces traces : lives.values()) {
      seen.beats().stream().filter(beat -> isOf(traces, beat)).forEach(b -> beat(traces, b));
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

  private void beat(Traces traces, Beat beat) {
    traces.held.remove(beat.id());
    Long before = traces.counts.put(beat.id(), beat.count());
    if (before != null && beat.count() > before) {
      traces.beaten = true;
      traces.beatenAt.putAll(lastReadings);
      traces.gone.remove(beat.id());
    }
  }
}

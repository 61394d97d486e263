package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.Beat;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Sightings;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Which polls a liveness verticle saves. A busy machine makes beats late, after which it polls more
 * often for a while: so there only has to be a time without that.
 */
class SavedPollsTest extends LivenessVerticleRig {

  private static final int WRITES = 12;

  private final AtomicInteger polls = new AtomicInteger();
  private final AtomicInteger beats = new AtomicInteger();
  private int awaited;

  private static Observation saw(List<Heartbeat> members, boolean calm) {
    List<Beat> seen =
        members.stream()
            .map(member -> new Beat(member.id(), member.incarnation(), member.count()))
            .toList();
    return new Observation(seen, List.of(), List.of(), List.of(), false, false, Map.of(), calm);
  }

  private void pollsAre(boolean calm) {
    backend.polls =
        () -> {
          polls.incrementAndGet();
          return Future.succeededFuture(saw(List.of(), calm));
        };
  }

  private void beat() {
    long interval = REPORT.multipliedBy(3).dividedBy(4).toMillis();
    vertx.setPeriodic(interval, id -> publish(alive("a", beats.incrementAndGet())));
  }

  private int pollsDuringWrites() {
    int before = polls.get();
    awaited += WRITES;
    backend.awaitWrites(awaited);
    return polls.get() - before;
  }

  private static void eventually(String what, BooleanSupplier is) {
    await(what, is::getAsBoolean);
  }

  @Test
  void whileWritesTellEverythingNothingIsPolledAndTheWitnessClockGoesOn() {
    backend.proving = members -> saw(members, false);
    pollsAre(false);
    deploy(POLL);
    beat();
    eventually("hardly a poll beside the writes", () -> pollsDuringWrites() <= 2);
    sightings.clear();
    Sightings first = next(sightings, seen -> !seen.beats().isEmpty());
    Sightings second = next(sightings, seen -> !seen.beats().isEmpty());
    assertThat(second.witnessedMillis() - first.witnessedMillis()).isPositive();
    assertThat(second.hiccup()).isFalse();
  }

  @Test
  void whereWritesTellNothingEveryPollIntervalCounts() {
    pollsAre(false);
    deploy(POLL);
    beat();
    pollsDuringWrites();
    eventually("a poll per poll_interval", () -> pollsDuringWrites() >= WRITES);
  }

  @Test
  void afterACalmPollTheNextOneFollowsAReportIntervalLater() {
    pollsAre(true);
    deploy(POLL);
    beat();
    eventually("a poll per report_interval", () -> pollsDuringWrites() <= WRITES);
  }

  @Test
  void whileBeatsDoNotGetThroughEveryPollIntervalCounts() {
    backend.proving = members -> saw(members, true);
    pollsAre(true);
    deploy(POLL);
    beat();
    eventually("hardly a poll beside the writes", () -> pollsDuringWrites() <= 2);
    backend.writing = () -> Future.failedFuture("no answer");
    int before = polls.get();
    long since = System.nanoTime();
    eventually("20 polls", () -> polls.get() - before >= 20);
    // At one poll per report_interval it would take 4 s.
    assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(REPORT.multipliedBy(15));
  }

  @Test
  void aBeatIsAsOldAsItWasWhenThePollBegan() {
    MemberId id = new MemberId("g", "h");
    Beat beat = new Beat(id, new Incarnation(1, "x"), 7);
    backend.polls =
        () ->
            Future.succeededFuture(
                new Observation(
                    List.of(beat),
                    List.of(),
                    List.of(),
                    List.of(),
                    false,
                    false,
                    Map.of(id, 60_000L),
                    false));
    deploy(POLL);
    assertThat(next(sightings).age(beat)).isBetween(50_000L, 60_000L);
  }
}

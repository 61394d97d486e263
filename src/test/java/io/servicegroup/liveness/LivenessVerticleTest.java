package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.bus.Topics;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.BackendState.State;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Sightings;
import io.servicegroup.testkit.Logged;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a liveness verticle publishes of what it sees. */
class LivenessVerticleTest extends LivenessVerticleRig {
  @Test
  void publishesWhatItSeesWithAWitnessClockThatAdvances() {
    Beat beat = new Beat(new MemberId("g", "h"), new Incarnation(1, "x"), 7);
    backend.polls =
        () ->
            Future.succeededFuture(
                new Observation(List.of(beat), List.of(), List.of(), List.of(), false));
    deploy(POLL);
    Sightings first = next(sightings);
    assertThat(first.backend()).isEqualTo("fake");
    assertThat(first.beats()).containsExactly(beat);
    assertThat(first.witnessedMillis()).isZero();
    assertThat(next(sightings).witnessedMillis()).isPositive();
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
  }

  @Test
  void publishesOnceInAWhileWhatStandsAndAtOnceWhatIsNew() {
    Beat held = new Beat(new MemberId("g", "h"), new Incarnation(1, "x"), 7);
    Observation standing = new Observation(List.of(), List.of(held), List.of(), List.of(), false);
    backend.polls = () -> Future.succeededFuture(standing);
    deploy(POLL);
    assertThat(next(sightings).held()).containsExactly(held);
    int silent = 0;
    while (next(sightings).held().isEmpty()) {
      silent++;
    }
    assertThat(silent).isPositive();
    backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
    Sightings seen = next(sightings, later -> !later.beats().isEmpty());
    assertThat(seen.beats()).containsExactly(held);
  }

  @Test
  void saysEverythingAgainWhenTheClockStartsAgain() {
    Beat held = new Beat(new MemberId("g", "h"), new Incarnation(1, "x"), 7);
    AtomicInteger polls = new AtomicInteger();
    backend.polls =
        () -> {
          boolean lost = polls.incrementAndGet() % 2 == 0;
          return Future.succeededFuture(
              new Observation(List.of(), List.of(held), List.of(), List.of(), lost));
        };
    deploy(POLL);
    for (int i = 0; i < 6; i++) {
      Sightings seen = next(sightings);
      if (i % 2 == 1) {
        assertThat(seen.witnessedMillis()).isZero();
        assertThat(seen.held()).containsExactly(held);
      }
    }
  }

  @Test
  void saysOnceThatTheBackendIsAwayAndStartsTheClockAgainAfterwards() {
    deploy(POLL);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
    next(sightings);
    next(sightings);
    long outage = System.nanoTime() + REPORT.plus(POLL).multipliedBy(2).toNanos();
    backend.polls =
        () ->
            System.nanoTime() < outage
                ? Future.failedFuture("away")
                : Future.succeededFuture(FakeBackend.NOTHING);
    assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
    sightings.clear();
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
    assertThat(next(sightings).witnessedMillis()).isZero();
  }

  @Test
  void aPollThatThrowsIsNoRoundTrip() {
    deploy(POLL);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
    backend.polls =
        () -> {
          throw new IllegalStateException("broken");
        };
    assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
    backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
  }

  @Test
  void aPollThatNeverCompletesIsNoRoundTripAndTheNextOneFollows() {
    deploy(POLL);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
    backend.polls = () -> Promise.<Observation>promise().future();
    assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
    backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
  }

  @Test
  void saysThatARoundTripOrTheConnectionWasMissed() {
    deploy(POLL);
    assertThat(next(sightings).hiccup()).isFalse();
    backend.polls =
        () -> {
          backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
          return Future.failedFuture("away");
        };
    assertThat(next(sightings, Sightings::hiccup).witnessedMillis()).isNotNegative();
    assertThat(next(sightings).hiccup()).isFalse();
    backend.polls =
        () -> {
          backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
          return Future.succeededFuture(
              new Observation(List.of(), List.of(), List.of(), List.of(), false, true));
        };
    next(sightings, Sightings::hiccup);
    assertThat(next(sightings).hiccup()).isFalse();
  }

  @Test
  void saysThatDataWasLostAndStartsTheClockAgain() {
    deploy(POLL);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
    next(sightings);
    next(sightings);
    sightings.clear();
    backend.polls =
        () -> {
          backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
          return Future.succeededFuture(
              new Observation(List.of(), List.of(), List.of(), List.of(), true));
        };
    assertThat(next(states).state()).isEqualTo(State.DATA_LOST);
    next(sightings, seen -> seen.witnessedMillis() == 0);
  }

  @Test
  void aLossOfDataIsSaidByTheNextPollWhereTheAgentsCannotBeAskedAfterThePollThatFoundIt()
      throws Exception {
    deploy(POLL);
    Topics.CATALOG.publish(vertx, joined("silent", "agent-2"));
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
    backend.asking =
        () -> {
          // The agent of the silent member is asked now, and the poll after this one finds a loss.
          backend.polls = () -> Future.succeededFuture(observed(true));
          backend.asking =
              () -> {
                backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
                backend.asking = Future::succeededFuture;
                return Future.failedFuture("the connection was closed");
              };
          return Future.succeededFuture();
        };
    assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
    assertThat(next(states).state()).isEqualTo(State.DATA_LOST);
  }

  @Test
  void pollsAtOnceWhenTheBackendHasNews() {
    deploy(Duration.ofSeconds(60));
    next(sightings);
    vertx.runOnContext(nothing -> backend.news.run());
    next(sightings);
  }

  @Test
  void aLossIsOneLineAndTheReturnAnotherWhateverFailedMeanwhile() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    next(states);
    List<String> lines =
        Logged.during(
            () -> {
              backend.writing = () -> Future.failedFuture("connection refused");
              backend.polls = () -> Future.failedFuture("connection refused");
              publish(alive("a", 2));
              assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
              next(backend.saidStalled);
              next(backend.saidStalled);
              // Both at once: a beat that fails after the return is another failure, and is said.
              backend.writing = () -> Future.succeededFuture(List.of());
              AtomicInteger polls = new AtomicInteger();
              backend.polls = () -> Future.succeededFuture(observed(polls.incrementAndGet() == 1));
              assertThat(next(states).state()).isEqualTo(State.DATA_LOST);
              awaitPermits(backend.resumed, 1);
            });
    assertThat(lines).as("%s", lines).hasSize(2);
    assertThat(lines.get(0)).contains("cannot be reached: connection refused");
    assertThat(lines.get(1)).contains("is back after", "is missing", "silence counts anew");
  }

  @Test
  void holdsTheMembersOfAnAgentThatSaysSoOnceTheyAreSilent() {
    deploy(POLL);
    backend.stalled = Set.of("agent-2");
    Topics.CATALOG.publish(vertx, joined("stalled", "agent-2"));
    Topics.CATALOG.publish(vertx, joined("dead", "agent-3"));
    Sightings seen = next(sightings);
    while (seen.unwitnessed().isEmpty()) {
      seen = next(sightings);
    }
    assertThat(seen.unwitnessed()).containsExactly(new MemberId("g", "stalled"));
    backend.stalled = Set.of();
    while (!seen.unwitnessed().isEmpty()) {
      seen = next(sightings);
    }
  }

  private static CatalogEvent joined(String host, String agent) {
    Member member =
        Members.of("g", host)
            .binary("worker")
            .incarnation(1, "x")
            .agent(agent)
            .backends("fake")
            .build();
    return new CatalogEvent(CatalogEvent.Type.JOINED, member, false);
  }

  /** A driver may end its futures on threads of its own; the state is the context's. */
  @Test
  void goesOnOnItsOwnThreadWhereverTheBackendAnswers() {
    List<Thread> writing = new CopyOnWriteArrayList<>();
    List<Thread> polling = new CopyOnWriteArrayList<>();
    backend.writing =
        () -> {
          writing.add(Thread.currentThread());
          return failedElsewhere();
        };
    backend.polls =
        () -> {
          polling.add(Thread.currentThread());
          return failedElsewhere();
        };
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(3);
    assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
    assertThat(writing).containsOnly(polling.get(0));
    assertThat(polling).containsOnly(polling.get(0));
  }

  private static <T> Future<T> failedElsewhere() {
    Promise<T> away = Promise.promise();
    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS).execute(() -> away.fail("away"));
    return away.future();
  }
}

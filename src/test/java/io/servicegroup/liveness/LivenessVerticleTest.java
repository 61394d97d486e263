package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.servicegroup.bus.Topics;
import io.servicegroup.config.BackendUri;
import io.servicegroup.liveness.LivenessBackend.Observation;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.BackendState.State;
import io.servicegroup.model.Beat;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.model.Sightings;
import io.servicegroup.model.Watch;
import io.servicegroup.testkit.Logged;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LivenessVerticleTest {

  private static final Duration REPORT = Duration.ofMillis(200);
  private static final Duration SERVICE_DOWN = REPORT.multipliedBy(3);
  private static final Duration POLL = Duration.ofMillis(50);

  private final Vertx vertx = Vertx.vertx();
  private final FakeBackend backend = new FakeBackend();
  private final BlockingQueue<Sightings> sightings = new LinkedBlockingQueue<>();
  private final BlockingQueue<BackendState> states = new LinkedBlockingQueue<>();
  private String deployment;

  @BeforeEach
  void consume() {
    Topics.SIGHTINGS.consume(vertx, sightings::add);
    Topics.BACKEND.consume(vertx, states::add);
  }

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void publishesWhatItSeesWithAWitnessClockThatAdvances() throws Exception {
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
  void publishesOnceInAWhileWhatStandsAndAtOnceWhatIsNew() throws Exception {
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
  void saysEverythingAgainWhenTheClockStartsAgain() throws Exception {
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
  void saysOnceThatTheBackendIsAwayAndStartsTheClockAgainAfterwards() throws Exception {
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
  void aPollThatThrowsIsNoRoundTrip() throws Exception {
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
  void aPollThatNeverCompletesIsNoRoundTripAndTheNextOneFollows() throws Exception {
    deploy(POLL);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
    backend.polls = () -> Promise.<Observation>promise().future();
    assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
    backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
    assertThat(next(states).state()).isEqualTo(State.REACHABLE);
  }

  @Test
  void saysThatARoundTripOrTheConnectionWasMissed() throws Exception {
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
  void saysThatDataWasLostAndStartsTheClockAgain() throws Exception {
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
  void pollsAtOnceWhenTheBackendHasNews() throws Exception {
    deploy(Duration.ofSeconds(60));
    next(sightings);
    vertx.runOnContext(nothing -> backend.news.run());
    next(sightings);
  }

  @Test
  void writesOneStateAtATimeAndTheNewestOfThoseThatWait() throws Exception {
    Promise<List<Conflict>> hanging = Promise.promise();
    backend.writing = hanging::future;
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);
    publish(alive("a", 2));
    publish(alive("a", 3));
    backend.writing = () -> Future.succeededFuture(List.of());
    assertThat(backend.writes).hasSize(1);
    hanging.complete(List.of());
    awaitWrites(2);
    for (int writes = 3; !last(backend.writes).equals(List.of(alive("a", 3))); writes++) {
      awaitWrites(writes);
    }
  }

  @Test
  void writesOnAfterAWriteThatHangsForEver() throws Exception {
    backend.writing = () -> Promise.<List<Conflict>>promise().future();
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(2);
  }

  @Test
  void writesOnAfterAWriteThatThrowsAnError() throws Exception {
    backend.writing =
        () -> {
          throw new NoClassDefFoundError("a test's");
        };
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(2);
  }

  @Test
  void writesOnAfterAFailureThatCannotBeTold() throws Exception {
    backend.writing =
        () ->
            Future.failedFuture(
                new IllegalStateException() {
                  private static final long serialVersionUID = 1L;

                  @Override
                  public String getMessage() {
                    throw new NoClassDefFoundError("a test's");
                  }
                });
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(2);
  }

  @Test
  void writesOnAfterAWriteThatThrows() throws Exception {
    backend.writing =
        () -> {
          throw new IllegalStateException("broken");
        };
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(2);
  }

  @Test
  void repeatsABeatThatHasNoAnswerBesideItAndWhicheverAnswersFirstCounts() throws Exception {
    Promise<List<Conflict>> hanging = Promise.promise();
    backend.writing =
        () -> {
          backend.writing = () -> Future.succeededFuture(List.of());
          return hanging.future();
        };
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(2);
    assertThat(backend.writes.get(1).members()).containsExactly(alive("a", 1));
    publish(alive("a", 2));
    awaitWrites(3);
    assertThat(backend.writes.get(2).members()).containsExactly(alive("a", 2));
    assertThat(hanging.future().isComplete()).isFalse();
  }

  @Test
  void saysThatItLivesAndCannotBeatWhileItsBeatsDoNotGetThrough() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);
    backend.writing = () -> Future.failedFuture("no answer");
    publish(alive("a", 2), alive("b", 1));
    assertThat(next(backend.saidStalled)).isEqualTo(REPORT.multipliedBy(2));
    assertThat(next(backend.saidStalled)).isEqualTo(REPORT.multipliedBy(2));
    assertThat(backend.resumed.availablePermits()).isZero();
    // Its own verdicts are no better than its beats.
    sightings.clear();
    next(sightings);
    assertThat(next(sightings).hiccup()).isTrue();
    backend.writing = () -> Future.succeededFuture(List.of());
    assertThat(backend.resumed.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aLossIsOneLineAndTheReturnAnotherWhateverFailedMeanwhile() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);
    next(states);
    List<String> lines =
        logged(
            () -> {
              backend.writing = () -> Future.failedFuture("connection refused");
              backend.polls = LivenessVerticleTest::refused;
              publish(alive("a", 2));
              assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
              next(backend.saidStalled);
              next(backend.saidStalled);
              // Both at once: a beat that fails after the return is another failure, and is said.
              backend.writing = () -> Future.succeededFuture(List.of());
              AtomicInteger polls = new AtomicInteger();
              backend.polls = () -> Future.succeededFuture(observed(polls.incrementAndGet() == 1));
              assertThat(next(states).state()).isEqualTo(State.DATA_LOST);
              assertThat(backend.resumed.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            });
    assertThat(lines).as("%s", lines).hasSize(2);
    assertThat(lines.get(0)).contains("cannot be reached: connection refused");
    assertThat(lines.get(1)).contains("is back after", "is missing", "silence counts anew");
  }

  @Test
  void beatsThatFailWhileTheBackendIsReachedAreSaid() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);
    List<String> lines =
        logged(
            () -> {
              backend.writing = () -> Future.failedFuture("no right to write");
              publish(alive("a", 2));
              next(backend.saidStalled);
              next(backend.saidStalled);
              backend.writing = () -> Future.succeededFuture(List.of());
              assertThat(backend.resumed.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            });
    assertThat(lines).filteredOn(line -> line.contains("cannot be written")).hasSize(1);
    assertThat(lines).filteredOn(line -> line.contains("are written again")).hasSize(1);
    assertThat(lines).filteredOn(line -> line.contains("not written in time")).hasSize(1);
    assertThat(lines).noneMatch(line -> line.contains("cannot be reached"));
  }

  private static Future<Observation> refused() {
    return Future.failedFuture("connection refused");
  }

  private static Observation observed(boolean dataLost) {
    return new Observation(List.of(), List.of(), List.of(), List.of(), dataLost);
  }

  /** What awaits, and may be interrupted. */
  private interface Scene {
    void play() throws Exception;
  }

  private static List<String> logged(Scene scene) {
    return Logged.during(
        () -> {
          try {
            scene.play();
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void holdsTheMembersOfAnAgentThatSaysSoOnceTheyAreSilent() throws Exception {
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

  @Test
  void isNoOutageOfItsOwnWhereSomeBeatsGetThrough() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);
    backend.writing = () -> Future.failedFuture(new PartlyWritten("1 of 2 beats", List.of()));
    publish(alive("a", 2), alive("b", 1));
    assertThat(next(backend.saidStalled)).isEqualTo(REPORT.multipliedBy(2));
    sightings.clear();
    next(sightings);
    assertThat(next(sightings).hiccup()).isFalse();
  }

  private static CatalogEvent joined(String host, String agent) {
    Member member =
        new Member(
            new MemberId("g", host),
            "worker",
            null,
            1,
            Map.of(),
            false,
            null,
            false,
            new Incarnation(1, "x"),
            agent,
            Set.of("fake"),
            null);
    return new CatalogEvent(CatalogEvent.Type.JOINED, member, false);
  }

  @Test
  void saysOfEachWriteAndEachPollHowItEndedAndHowLongItTook() throws Exception {
    BlockingQueue<RemoteWork> work = new LinkedBlockingQueue<>();
    Topics.WORK.consume(vertx, work::add);
    deploy(POLL);
    publish(alive("a", 1), alive("b", 1));
    RemoteWork written =
        next(
            work,
            done ->
                done.kind() == RemoteWork.Kind.BEATS && done.outcome() == RemoteWork.Outcome.DONE);
    assertThat(written.of()).isEqualTo("fake");
    assertThat(written.members()).isEqualTo(2);
    assertThat(written.tookMicros()).isNotNegative();
    next(
        work,
        done -> done.kind() == RemoteWork.Kind.POLL && done.outcome() == RemoteWork.Outcome.DONE);
    backend.writing = () -> Future.failedFuture(new PartlyWritten("1 of 2 beats", List.of()));
    publish(alive("a", 2), alive("b", 2));
    next(
        work,
        done ->
            done.kind() == RemoteWork.Kind.BEATS && done.outcome() == RemoteWork.Outcome.PARTLY);
    backend.writing = () -> Future.failedFuture("away");
    publish(alive("a", 3));
    next(
        work,
        done ->
            done.kind() == RemoteWork.Kind.BEATS && done.outcome() == RemoteWork.Outcome.FAILED);
    backend.polls = () -> Future.failedFuture("away");
    next(
        work,
        done -> done.kind() == RemoteWork.Kind.POLL && done.outcome() == RemoteWork.Outcome.FAILED);
  }

  @Test
  void tellsTheBackendWhoLeftUntilItIsWritten() throws Exception {
    deploy(POLL);
    publish(alive("a", 1), alive("b", 1));
    awaitWrites(1);
    backend.writing = () -> Future.failedFuture("away");
    publish(alive("a", 2));
    awaitWrites(2);
    assertThat(backend.writes.get(1).left()).containsExactly(alive("b", 1));
    backend.writing = () -> Future.succeededFuture(List.of());
    awaitWrites(3);
    assertThat(backend.writes.get(2).left()).containsExactly(alive("b", 1));
    while (!backend.writes.get(backend.writes.size() - 1).left().isEmpty()) {
      int writes = backend.writes.size();
      publish(alive("a", writes));
      awaitWrites(writes + 1);
    }
  }

  @Test
  void publishesTheConflictsThatAWriteFinds() throws Exception {
    BlockingQueue<Conflict> conflicts = new LinkedBlockingQueue<>();
    Topics.CONFLICT.consume(vertx, conflicts::add);
    Conflict conflict =
        new Conflict(new MemberId("g", "a"), new Incarnation(1, "x"), Conflict.Kind.DELETED);
    backend.writing = () -> Future.succeededFuture(List.of(conflict));
    deploy(POLL);
    publish(alive("a", 1));
    assertThat(next(conflicts)).isEqualTo(conflict);
  }

  @Test
  void givesUpPresenceOnceWhenTheHeartbeatsStop() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitReleases(1);
    publish(alive("a", 2));
    awaitReleases(1);
    assertThat(backend.writes).hasSize(2);
    assertThat(backend.released.tryAcquire(SERVICE_DOWN.toMillis() * 2, TimeUnit.MILLISECONDS))
        .isFalse();
  }

  @Test
  void cutsPresenceOffWhileItsEventLoopIsBlocked() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);
    CountDownLatch blocked = new CountDownLatch(1);
    backend.polls =
        () -> {
          awaitQuietly(blocked);
          return Future.succeededFuture(FakeBackend.NOTHING);
        };
    // Heartbeats go on: a loop that is blocked hears none.
    boolean cut = false;
    for (int count = 2; !cut && count < 200; count++) {
      publish(alive("a", count));
      cut = backend.cut.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS);
    }
    assertThat(cut).isTrue();
    assertThat(backend.released.availablePermits()).isZero();
    backend.polls = () -> Future.succeededFuture(FakeBackend.NOTHING);
    blocked.countDown();
    awaitReleases(1);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void repeatsNoWriteAfterItGaveUpPresence() throws Exception {
    backend.writing = () -> Future.failedFuture("away");
    deploy(POLL);
    publish(alive("a", 1));
    awaitReleases(1);
    int writes = backend.writes.size();
    assertThat(backend.released.tryAcquire(SERVICE_DOWN.toMillis(), TimeUnit.MILLISECONDS))
        .isFalse();
    assertThat(backend.writes).hasSize(writes);
  }

  @Test
  void keepsPresenceWhileHeartbeatsAreHeard() throws Exception {
    deploy(POLL);
    long end = System.nanoTime() + SERVICE_DOWN.multipliedBy(3).toNanos();
    for (int count = 1; System.nanoTime() < end; count++) {
      publish(alive("a", count));
      assertThat(backend.released.tryAcquire(POLL.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  @Test
  void theDeletionOfADeadAgentsMemberIsWrittenBesideTheBeats() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);

    Topics.FOREIGN_DELETION.publish(vertx, deleted("dead", "fake"));
    awaitWrites(2);
    assertThat(backend.writes.get(1).members()).containsExactly(alive("a", 1));
    assertThat(backend.writes.get(1).left())
        .extracting(gone -> gone.id().host(), Heartbeat::state)
        .containsExactly(tuple("dead", Heartbeat.State.DELETED));

    Topics.FOREIGN_DELETION.publish(vertx, deleted("elsewhere", "another"));
    Topics.FOREIGN_DELETION.publish(vertx, deleted("a", "fake"));
    publish(alive("a", 2));
    awaitWrites(3);
    assertThat(backend.writes.get(2).members()).containsExactly(alive("a", 2));
    assertThat(backend.writes.get(2).left()).isEmpty();
  }

  @Test
  void whoIsNotBeatenForAfterADeletionDidNotLeave() throws Exception {
    deploy(POLL);
    publish(alive("a", 1), alive("b", 1));
    awaitWrites(1);

    Topics.CATALOG.publish(vertx, deleted("a", "fake"));
    publish();
    awaitWrites(2);

    assertThat(backend.writes.get(1).left())
        .extracting(gone -> gone.id().host(), Heartbeat::state)
        .containsExactlyInAnyOrder(
            tuple("a", Heartbeat.State.DELETED), tuple("b", Heartbeat.State.ALIVE));
  }

  private static CatalogEvent deleted(String host, String backendOfMember) {
    Member member =
        new Member(
            new MemberId("g", host),
            "worker",
            null,
            1,
            Map.of(),
            false,
            null,
            false,
            new Incarnation(1, "x"),
            "agent-2",
            Set.of(backendOfMember),
            null);
    return new CatalogEvent(CatalogEvent.Type.DELETED, member, false);
  }

  @Test
  void endsWhenTheLastStateIsWritten() throws Exception {
    deploy(POLL);
    publish(alive("a", 1));
    awaitWrites(1);
    Topics.HEARTBEAT.publish(vertx, List.of());
    await(vertx.undeploy(deployment));
    assertThat(backend.writes).hasSize(2);
    assertThat(backend.writes.get(1).left()).containsExactly(alive("a", 1));
    assertThat(backend.closed.future().isComplete()).isTrue();
  }

  /** A driver may end its futures on threads of its own; the state is the context's. */
  @Test
  void goesOnOnItsOwnThreadWhereverTheBackendAnswers() throws Exception {
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
    assertThat(backend.awaitWrites(3)).isTrue();
    assertThat(next(states).state()).isEqualTo(State.UNREACHABLE);
    assertThat(writing).containsOnly(polling.get(0));
    assertThat(polling).containsOnly(polling.get(0));
  }

  private static <T> Future<T> failedElsewhere() {
    Promise<T> away = Promise.promise();
    CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS).execute(() -> away.fail("away"));
    return away.future();
  }

  private void deploy(Duration poll) throws Exception {
    LivenessSettings settings =
        new LivenessSettings(
            "fake",
            "agent",
            BackendUri.parse("postgresql://127.0.0.1/x"),
            REPORT,
            SERVICE_DOWN,
            poll,
            Watch.ALL);
    deployment = await(vertx.deployVerticle(new LivenessVerticle(settings, (on, what) -> backend)));
  }

  private static List<Heartbeat> last(List<FakeBackend.Write> writes) {
    return writes.get(writes.size() - 1).members();
  }

  private void publish(Heartbeat... members) {
    Topics.HEARTBEAT.publish(vertx, List.of(members));
  }

  private static Heartbeat alive(String host, long count) {
    return new Heartbeat(
        new MemberId("g", host), new Incarnation(1, "x"), count, Heartbeat.State.ALIVE, null);
  }

  private void awaitWrites(int count) throws InterruptedException {
    assertThat(backend.awaitWrites(count)).as("%d writes within 10 s", count).isTrue();
  }

  private void awaitReleases(int count) throws InterruptedException {
    assertThat(backend.released.tryAcquire(count, 10, TimeUnit.SECONDS)).isTrue();
  }
}

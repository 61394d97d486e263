package io.servicegroup.liveness;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.servicegroup.bus.Topics;
import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Conflict;
import io.servicegroup.model.Heartbeat;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.RemoteWork;
import io.servicegroup.testkit.Logged;
import io.servicegroup.testkit.Members;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What a liveness verticle makes of heartbeats. */
class LivenessWritesTest extends LivenessVerticleRig {
  @Test
  void writesOneStateAtATimeAndTheNewestOfThoseThatWait() {
    Promise<List<Conflict>> hanging = Promise.promise();
    backend.writing = hanging::future;
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    publish(alive("a", 2));
    publish(alive("a", 3));
    backend.writing = () -> Future.succeededFuture(List.of());
    assertThat(backend.writes).hasSize(1);
    hanging.complete(List.of());
    backend.awaitWrites(2);
    for (int writes = 3; !last(backend.writes).equals(List.of(alive("a", 3))); writes++) {
      backend.awaitWrites(writes);
    }
  }

  @Test
  void writesOnAfterAWriteThatHangsForEver() {
    backend.writing = () -> Promise.<List<Conflict>>promise().future();
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(2);
  }

  @Test
  void writesOnAfterAWriteThatThrowsAnError() {
    backend.writing =
        () -> {
          throw new NoClassDefFoundError("a test's");
        };
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(2);
  }

  @Test
  void writesOnAfterAFailureThatCannotBeTold() {
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
    backend.awaitWrites(2);
  }

  @Test
  void aLeaveThatFailsIsRepeatedBeforeTheVerticleStops() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    backend.writing = this::onceNotAnswered;
    publish();
    await(vertx.undeploy(deployment));
    assertThat(lastLeft()).containsExactly(alive("a", 1));
    assertThat(backend.writes).hasSize(3);
  }

  @Test
  void aLeaveThatHadFailedBeforeTheStopIsRepeatedToo() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    backend.writing = () -> Future.failedFuture("no answer");
    publish();
    backend.awaitWrites(2);
    backend.writing = () -> Future.succeededFuture(List.of());
    await(vertx.undeploy(deployment));
    assertThat(lastLeft()).containsExactly(alive("a", 1));
    assertThat(backend.writes).hasSizeGreaterThan(2);
  }

  @Test
  void aStopDoesNotWaitForEverForALeaveThatCannotBeWritten() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    backend.writing = () -> Future.failedFuture("no answer");
    publish();
    await(vertx.undeploy(deployment));
    assertThat(backend.closed.future().isComplete()).isTrue();
  }

  @Test
  void aStopEndsWherePresenceIsGivenUpWhileTheLastWriteIsRepeated() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    backend.writing = () -> Future.failedFuture("no answer");
    publish(alive("a", 2));
    Future<Void> stopped = vertx.undeploy(deployment);
    // No heartbeat for a service_down_time: the watch gives presence up.
    awaitPermits(backend.released, 1);
    await(stopped);
  }

  private Future<List<Conflict>> onceNotAnswered() {
    backend.writing = () -> Future.succeededFuture(List.of());
    return Future.failedFuture("the call before is not answered yet");
  }

  @Test
  void writesOnAfterAWriteThatThrows() {
    backend.writing =
        () -> {
          throw new IllegalStateException("broken");
        };
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(2);
  }

  @Test
  void repeatsABeatThatHasNoAnswerBesideItAndWhicheverAnswersFirstCounts() {
    Promise<List<Conflict>> hanging = Promise.promise();
    backend.writing =
        () -> {
          backend.writing = () -> Future.succeededFuture(List.of());
          return hanging.future();
        };
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(2);
    assertThat(backend.writes.get(1).members()).containsExactly(alive("a", 1));
    publish(alive("a", 2));
    backend.awaitWrites(3);
    assertThat(backend.writes.get(2).members()).containsExactly(alive("a", 2));
    assertThat(hanging.future().isComplete()).isFalse();
  }

  @Test
  void saysThatItLivesAndCannotBeatWhileItsBeatsDoNotGetThrough() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
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
    awaitPermits(backend.resumed, 1);
  }

  @Test
  void beatsThatFailWhileTheBackendIsReachedAreSaid() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    List<String> lines =
        Logged.during(
            () -> {
              backend.writing = () -> Future.failedFuture("no right to write");
              publish(alive("a", 2));
              next(backend.saidStalled);
              next(backend.saidStalled);
              backend.writing = () -> Future.succeededFuture(List.of());
              awaitPermits(backend.resumed, 1);
            });
    assertThat(lines).filteredOn(line -> line.contains("cannot be written")).hasSize(1);
    assertThat(lines).filteredOn(line -> line.contains("are written again")).hasSize(1);
    assertThat(lines).filteredOn(line -> line.contains("not written in time")).hasSize(1);
    assertThat(lines).noneMatch(line -> line.contains("cannot be reached"));
  }

  @Test
  void isNoOutageOfItsOwnWhereSomeBeatsGetThrough() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    backend.writing = () -> Future.failedFuture(new PartlyWritten("1 of 2 beats", List.of()));
    publish(alive("a", 2), alive("b", 1));
    assertThat(next(backend.saidStalled)).isEqualTo(REPORT.multipliedBy(2));
    sightings.clear();
    next(sightings);
    assertThat(next(sightings).hiccup()).isFalse();
  }

  @Test
  void saysOfEachWriteAndEachPollHowItEndedAndHowLongItTook() {
    BlockingQueue<RemoteWork> work = new LinkedBlockingQueue<>();
    Topics.WORK.consume(vertx, work::add);
    deploy(POLL);
    publish(alive("a", 1), alive("b", 1));
    RemoteWork written = next(work, like(RemoteWork.Kind.BEATS, RemoteWork.Outcome.DONE));
    assertThat(written.of()).isEqualTo("fake");
    assertThat(written.members()).isEqualTo(2);
    assertThat(written.tookMicros()).isNotNegative();
    next(work, like(RemoteWork.Kind.POLL, RemoteWork.Outcome.DONE));
    backend.writing = () -> Future.failedFuture(new PartlyWritten("1 of 2 beats", List.of()));
    publish(alive("a", 2), alive("b", 2));
    next(work, like(RemoteWork.Kind.BEATS, RemoteWork.Outcome.PARTLY));
    backend.writing = () -> Future.failedFuture("away");
    publish(alive("a", 3));
    next(work, like(RemoteWork.Kind.BEATS, RemoteWork.Outcome.FAILED));
    backend.polls = () -> Future.failedFuture("away");
    next(work, like(RemoteWork.Kind.POLL, RemoteWork.Outcome.FAILED));
  }

  private static Predicate<RemoteWork> like(RemoteWork.Kind kind, RemoteWork.Outcome outcome) {
    return done -> done.kind() == kind && done.outcome() == outcome;
  }

  @Test
  void tellsTheBackendWhoLeftUntilItIsWritten() {
    deploy(POLL);
    publish(alive("a", 1), alive("b", 1));
    backend.awaitWrites(1);
    backend.writing = () -> Future.failedFuture("away");
    publish(alive("a", 2));
    backend.awaitWrites(2);
    assertThat(backend.writes.get(1).left()).containsExactly(alive("b", 1));
    backend.writing = () -> Future.succeededFuture(List.of());
    backend.awaitWrites(3);
    assertThat(backend.writes.get(2).left()).containsExactly(alive("b", 1));
    while (!backend.writes.get(backend.writes.size() - 1).left().isEmpty()) {
      int writes = backend.writes.size();
      publish(alive("a", writes));
      backend.awaitWrites(writes + 1);
    }
  }

  @Test
  void publishesTheConflictsThatAWriteFinds() {
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
  void theDeletionOfADeadAgentsMemberIsWrittenBesideTheBeats() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);

    Topics.FOREIGN_DELETION.publish(vertx, deleted("dead", "fake"));
    backend.awaitWrites(2);
    assertThat(backend.writes.get(1).members()).containsExactly(alive("a", 1));
    assertThat(backend.writes.get(1).left())
        .extracting(gone -> gone.id().host(), Heartbeat::state)
        .containsExactly(tuple("dead", Heartbeat.State.DELETED));

    Topics.FOREIGN_DELETION.publish(vertx, deleted("elsewhere", "another"));
    Topics.FOREIGN_DELETION.publish(vertx, deleted("a", "fake"));
    publish(alive("a", 2));
    backend.awaitWrites(3);
    assertThat(backend.writes.get(2).members()).containsExactly(alive("a", 2));
    assertThat(backend.writes.get(2).left()).isEmpty();
  }

  @Test
  void whoIsNotBeatenForAfterADeletionDidNotLeave() {
    deploy(POLL);
    publish(alive("a", 1), alive("b", 1));
    backend.awaitWrites(1);

    Topics.CATALOG.publish(vertx, deleted("a", "fake"));
    publish();
    backend.awaitWrites(2);

    assertThat(backend.writes.get(1).left())
        .extracting(gone -> gone.id().host(), Heartbeat::state)
        .containsExactlyInAnyOrder(
            tuple("a", Heartbeat.State.DELETED), tuple("b", Heartbeat.State.ALIVE));
  }

  private static CatalogEvent deleted(String host, String backendOfMember) {
    Member member =
        Members.of("g", host)
            .binary("worker")
            .incarnation(1, "x")
            .agent("agent-2")
            .backends(backendOfMember)
            .build();
    return new CatalogEvent(CatalogEvent.Type.DELETED, member, false);
  }

  @Test
  void endsWhenTheLastStateIsWritten() {
    deploy(POLL);
    publish(alive("a", 1));
    backend.awaitWrites(1);
    Topics.HEARTBEAT.publish(vertx, List.of());
    await(vertx.undeploy(deployment));
    assertThat(backend.writes).hasSize(2);
    assertThat(backend.writes.get(1).left()).containsExactly(alive("a", 1));
    assertThat(backend.closed.future().isComplete()).isTrue();
  }

  private List<Heartbeat> lastLeft() {
    return backend.writes.get(backend.writes.size() - 1).left();
  }

  private static List<Heartbeat> last(List<FakeBackend.Write> writes) {
    return writes.get(writes.size() - 1).members();
  }
}

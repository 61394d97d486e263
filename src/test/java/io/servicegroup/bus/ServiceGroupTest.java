package io.servicegroup.bus;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Digest;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.Members;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceGroupTest {

  private final Vertx vertx = Vertx.vertx();
  private final FakeEvaluator evaluator = new FakeEvaluator(vertx);
  private final BlockingQueue<StatusChange> heard = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void theThreeLinesOfTheReadme() throws Exception {
    evaluator.serve().knows("compute/host-1", Status.UP);
    List<String> log = new ArrayList<>();
    BlockingQueue<String> told = new LinkedBlockingQueue<>();

    ServiceGroup services = ServiceGroup.create(vertx);
    services.onChange(change -> told.add(change.id() + " is " + change.status()));
    List<MemberView> atOnce = services.members("compute");

    assertThat(atOnce).hasSizeLessThanOrEqualTo(1);
    log.add(next(told));
    assertThat(log).containsExactly("compute/host-1 is UP");
    assertThat(services.members("compute")).hasSize(1);
  }

  @Test
  void tellsTheFirstSnapshotAsChangesFromUnknown() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP).knows("compute/b", Status.UNKNOWN);
    ServiceGroup services = start();
    StatusChange change = next(heard);
    assertThat(change.id()).isEqualTo(FakeEvaluator.id("compute/a"));
    assertThat(change.previous()).isEqualTo(Status.UNKNOWN);
    assertThat(change.reason()).isEqualTo(Reason.INITIAL);
    assertThat(heard).isEmpty();
    assertThat(services.all()).hasSize(2);
  }

  @Test
  void membersWithoutARowAreThereUntilTheyLeave() throws Exception {
    ServiceGroup services =
        start(
            evaluator
                .serve()
                .knowsWithoutARow("compute/t1", Status.UP)
                .knowsWithoutARow("compute/t2", Status.UP)
                .knows("compute/a", Status.UP));
    changes(3);
    assertThat(services.member(FakeEvaluator.id("compute/t1")).orElseThrow().catalogued())
        .isFalse();
    assertThat(services.member(FakeEvaluator.id("compute/a")).orElseThrow().catalogued()).isTrue();
    evaluator.changes("compute/t1", Status.DOWN, Reason.LEFT);
    evaluator.changes("compute/t2", Status.DOWN, Reason.HEARTBEAT_TIMEOUT);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    changes(3);
    assertThat(services.members("compute"))
        .extracting(view -> view.member().id().host(), MemberView::catalogued)
        .containsExactly(tuple("a", true), tuple("t2", false));
    assertThat(evaluator.snapshotsAsked()).isEqualTo(1);
  }

  @Test
  void tellsEachChangeOnceAndInOrder() throws Exception {
    start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    for (int i = 0; i < 50; i++) {
      evaluator.changes("compute/a", Status.DOWN, Reason.HEARTBEAT_TIMEOUT);
      evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    }
    for (int i = 1; i <= 100; i++) {
      assertThat(next(heard).seq()).isEqualTo(i);
    }
    assertThat(evaluator.snapshotsAsked()).isEqualTo(1);
  }

  @Test
  void aGapInTheNumbersIsFilledFromASnapshot() throws Exception {
    ServiceGroup services =
        start(evaluator.serve().knows("compute/a", Status.UP).knows("compute/b", Status.UP));
    changes(2);
    evaluator.loses("compute/a", Status.DOWN, Reason.PROBE_FAILED);
    evaluator.changes("compute/b", Status.DOWN, Reason.LEFT);

    assertThat(changes(2))
        .extracting(StatusChange::id, StatusChange::status, StatusChange::reason)
        .containsExactlyInAnyOrder(
            tuple(FakeEvaluator.id("compute/a"), Status.DOWN, Reason.PROBE_FAILED),
            tuple(FakeEvaluator.id("compute/b"), Status.DOWN, Reason.LEFT));
    evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
    assertThat(next(heard).status()).isEqualTo(Status.UP);
    assertThat(services.members("compute").get(0).available()).isTrue();
  }

  @Test
  void aDigestShowsALostLastMessage() throws Exception {
    start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    evaluator.loses("compute/a", Status.DOWN, Reason.LEFT);
    evaluator.digest();
    StatusChange change = next(heard);
    assertThat(change.status()).isEqualTo(Status.DOWN);
    assertThat(change.previous()).isEqualTo(Status.UP);
  }

  @Test
  void whatCameAndWentUnheardIsNotTold() throws Exception {
    start(evaluator.serve().knows("compute/a", Status.UP).knows("compute/b", Status.UP));
    changes(2);
    evaluator.loses("compute/a", Status.DOWN, Reason.PROBE_FAILED);
    evaluator.loses("compute/a", Status.UP, Reason.HEARTBEAT);
    evaluator.changes("compute/b", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).id()).isEqualTo(FakeEvaluator.id("compute/b"));
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).id()).isEqualTo(FakeEvaluator.id("compute/a"));
  }

  @Test
  void aNewEpochTellsOnlyWhatDiffers() throws Exception {
    start(evaluator.serve().knows("compute/a", Status.UP).knows("compute/b", Status.UP));
    changes(2);
    evaluator.restarts("e2");
    evaluator.loses("compute/b", Status.DOWN, Reason.HEARTBEAT_TIMEOUT);
    evaluator.digest();
    StatusChange change = next(heard);
    assertThat(change.id()).isEqualTo(FakeEvaluator.id("compute/b"));
    assertThat(change.epoch()).isEqualTo("e2");
    evaluator.changes("compute/b", Status.UP, Reason.HEARTBEAT);
    assertThat(next(heard).seq()).isEqualTo(2);
  }

  @Test
  void anEvaluatorThatKnowsNothingYetTurnsNobodyUnknown() throws Exception {
    ServiceGroup services = start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    evaluator.restarts("e2");
    evaluator.knows("compute/a", Status.UNKNOWN);
    evaluator.knows("compute/b", Status.UP);
    evaluator.digest();
    next(heard);
    assertThat(services.members("compute").get(0).verdict().status()).isEqualTo(Status.UP);
    evaluator.changes("compute/a", Status.UP, Reason.INITIAL);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).status()).isEqualTo(Status.DOWN);
  }

  @Test
  void aNewIncarnationFoundInASnapshotIsARestart() throws Exception {
    start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    evaluator.loses("compute/a", Status.UP, Reason.RESTARTED);
    evaluator.knows(FakeEvaluator.member("compute/a", 2), Status.UP);
    evaluator.digest();
    StatusChange change = next(heard);
    assertThat(change.reason()).isEqualTo(Reason.RESTARTED);
    assertThat(change.previous()).isEqualTo(Status.UP);
    assertThat(change.incarnation()).isEqualTo(new Incarnation(2, "a"));
  }

  @Test
  void aMemberMissingInASnapshotWasDeleted() throws Exception {
    ServiceGroup services = start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    evaluator.loses("compute/a", Status.DOWN, Reason.DELETED);
    evaluator.digest();
    StatusChange change = next(heard);
    assertThat(change.status()).isEqualTo(Status.DOWN);
    assertThat(change.reason()).isEqualTo(Reason.DELETED);
    assertThat(services.all()).isEmpty();
  }

  @Test
  void changesDuringASnapshotAreNeitherMissedNorDoubled() throws Exception {
    evaluator.knows("compute/a", Status.UP);
    evaluator.whileAnswering(
        () -> {
          evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
          evaluator.changes("compute/a", Status.UP, Reason.HEARTBEAT);
        });
    start();
    // A listener that is added now is told the present state and no earlier one.
    evaluator.serve();
    assertThat(changes(3)).extracting(StatusChange::seq).containsExactly(0L, 1L, 2L);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).seq()).isEqualTo(3);
  }

  @Test
  void anEvaluatorThatComesLaterIsFound() throws Exception {
    start();
    evaluator.serve().knows("compute/a", Status.UP);
    assertThat(next(heard).status()).isEqualTo(Status.UP);
  }

  @Test
  void aListenerThatThrowsDisturbsNobody() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    ServiceGroup services = ServiceGroup.create(vertx);
    services.onChange(
        change -> {
          throw new IllegalStateException("expected by the test");
        });
    services.onChange(heard::add);
    next(heard);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).seq()).isEqualTo(1);
  }

  @Test
  void aCancelledListenerHearsNothing() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    ServiceGroup services = ServiceGroup.create(vertx);
    List<StatusChange> cancelled = new ArrayList<>();
    ServiceGroup.Registration registration = services.onChange(cancelled::add);
    services.onChange(heard::add);
    next(heard);
    registration.cancel();
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    next(heard);
    assertThat(cancelled).hasSize(1);
  }

  @Test
  void aLateListenerHearsFirstWhatIsKnown() throws Exception {
    ServiceGroup services = start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    next(heard);
    BlockingQueue<StatusChange> late = new LinkedBlockingQueue<>();
    services.onChange(late::add);
    StatusChange change = next(late);
    assertThat(change).isNotNull();
    assertThat(change.previous()).isEqualTo(Status.UNKNOWN);
    assertThat(change.reason()).isEqualTo(Reason.LEFT);
  }

  @Test
  void aClosedClientKeepsItsStateAndTellsNothing() throws Exception {
    ServiceGroup services = start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    await(services.close());
    ServiceGroup other = ServiceGroup.create(vertx);
    BlockingQueue<StatusChange> others = new LinkedBlockingQueue<>();
    other.onChange(others::add);
    next(others);
    evaluator.changes("compute/a", Status.DOWN, Reason.LEFT);
    next(others);
    assertThat(heard).isEmpty();
    assertThat(services.members("compute")).hasSize(1);
  }

  @Test
  void theCatalogueChangesMembersNotVerdicts() throws Exception {
    ServiceGroup services = start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    Member disabled = disabled(FakeEvaluator.member("compute/a", 1));
    evaluator.knows(disabled, Status.UP);
    evaluator.catalog(CatalogEvent.Type.UPDATED, disabled, false);
    evaluator.changes("compute/b", Status.UP, Reason.HEARTBEAT);
    next(heard);
    MemberView view = services.member(FakeEvaluator.id("compute/a")).orElseThrow();
    assertThat(view.member().disabled()).isTrue();
    assertThat(view.verdict().status()).isEqualTo(Status.UP);
    assertThat(view.available()).isFalse();
  }

  @Test
  void aNewMemberIsAskedForBeforeItsFirstVerdict() throws Exception {
    ServiceGroup services = start(evaluator.serve().knows("compute/a", Status.UP));
    next(heard);
    evaluator.knows("compute/b", Status.UNKNOWN);
    BlockingQueue<Integer> sizes = new LinkedBlockingQueue<>();
    services.follow(
        new ServiceGroup.NumberedListener() {
          @Override
          public void resynced(Digest at) {
            sizes.add(services.all().size());
          }

          @Override
          public void next(StatusChange change) {}
        });
    evaluator.catalog(CatalogEvent.Type.JOINED, FakeEvaluator.member("compute/b", 1), false);
    assertThat(List.of(next(sizes), next(sizes))).containsExactly(1, 2);
  }

  private static Member disabled(Member member) {
    return Members.like(member)
        .disabled(true, "maintenance")
        .backends(Set.of())
        .lastSeenUp(null)
        .wordsOrder(0)
        .build();
  }

  @Test
  void metadataWithNullsCrossesTheBus() {
    Member member = FakeEvaluator.member("compute/a", 1);
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("zone", null);
    Member odd = Members.of(member.id()).binary("b").version(0).metadata(metadata).build();
    evaluator.serve().knows(odd, Status.UP);
    ServiceGroup services = ServiceGroup.create(vertx);
    assertThat(await(services.list(MemberFilter.ALL)).members())
        .hasSize(1)
        .allSatisfy(view -> assertThat(view.member().metadata()).containsEntry("zone", null));
  }

  private ServiceGroup start(FakeEvaluator ignoredButServing) {
    return start();
  }

  private ServiceGroup start() {
    ServiceGroup services = ServiceGroup.create(vertx);
    services.onChange(heard::add);
    return services;
  }

  private List<StatusChange> changes(int count) throws InterruptedException {
    List<StatusChange> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      changes.add(next(heard));
    }
    return changes;
  }
}

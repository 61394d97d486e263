package io.servicegroup.bus;

import static io.servicegroup.testkit.Eventually.await;
import static io.servicegroup.testkit.Eventually.next;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.CatalogEvent;
import io.servicegroup.model.Digest;
import io.servicegroup.model.Incarnation;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.vertx.core.Vertx;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The catalogue and the evaluator report one member's incarnations, in different orders. */
class ServiceGroupLivesTest {

  private static final MemberId A = FakeEvaluator.id("compute/a");

  private final Vertx vertx = Vertx.vertx();
  private final FakeEvaluator evaluator = new FakeEvaluator(vertx);
  private final BlockingQueue<StatusChange> heard = new LinkedBlockingQueue<>();
  private final BlockingQueue<Digest> resynced = new LinkedBlockingQueue<>();

  @AfterEach
  void close() throws Exception {
    await(vertx.close());
  }

  @Test
  void aDeletionHeardDuringAQuestionThatFailedIsNotTakenForNews() throws Exception {
    evaluator.knows("compute/a", Status.UP);
    // Nobody answers yet; the first questions fail with nobody there to hear them.
    BlockingQueue<Integer> asked = new LinkedBlockingQueue<>();
    Topics.STATUS_SNAPSHOT.serve(
        vertx,
        filter -> {
          asked.add(1);
          if (asked.size() == 1) {
            evaluator.catalog(
                CatalogEvent.Type.DELETED, FakeEvaluator.member("compute/a", 1), false);
          }
          throw new ServiceGroupException(Refusal.UNAVAILABLE, "expected by the test");
        });
    ServiceGroup services = start();
    next(asked);
    // Two handlers at one address take turns: a later question is answered by this one.
    evaluator.serve();
    resync();
    assertThat(services.member(A)).isPresent();
  }

  @Test
  void anEventOfAnEarlierLifeRemovesNobody() throws Exception {
    evaluator.serve().knows(FakeEvaluator.member("compute/a", 2), Status.UP);
    evaluator.knows("compute/b", Status.UP);
    ServiceGroup services = start();
    next(heard);
    next(heard);
    evaluator.catalog(CatalogEvent.Type.DELETED, FakeEvaluator.member("compute/a", 1), false);
    evaluator.catalog(CatalogEvent.Type.UPDATED, FakeEvaluator.member("compute/a", 1), false);
    evaluator.changes("compute/b", Status.DOWN, Reason.LEFT);
    assertThat(next(heard).id()).isEqualTo(FakeEvaluator.id("compute/b"));
    assertThat(services.member(A))
        .hasValueSatisfying(
            view -> assertThat(view.member().incarnation()).isEqualTo(new Incarnation(2, "a")));
  }

  @Test
  void aDeletionHeardDuringAQuestionHoldsUntilTheNextAnswer() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    evaluator.whileAnswering(
        () -> {
          evaluator.forgets("compute/a");
          evaluator.catalog(CatalogEvent.Type.DELETED, FakeEvaluator.member("compute/a", 1), false);
        });
    ServiceGroup services = start();
    resync();
    resync();
    assertThat(services.all()).isEmpty();
  }

  @Test
  void aQuestionBetweenAJoinAndTheFirstBeatTellsNoRestart() throws Exception {
    evaluator.serve().knows("compute/a", Status.UP);
    ServiceGroup services = start();
    next(heard);
    resync();
    evaluator.knows(FakeEvaluator.member("compute/a", 2), Status.UP);
    evaluator.catalog(CatalogEvent.Type.JOINED, FakeEvaluator.member("compute/a", 2), false);
    evaluator.knows("compute/b", Status.UNKNOWN);
    evaluator.catalog(CatalogEvent.Type.JOINED, FakeEvaluator.member("compute/b", 1), false);
    resync();
    assertThat(services.all()).hasSize(2);
    assertThat(heard).isEmpty();
    evaluator.changes("compute/a", Status.UP, Reason.RESTARTED);
    StatusChange change = next(heard);
    assertThat(change.reason()).isEqualTo(Reason.RESTARTED);
    assertThat(change.seq()).isEqualTo(1);
  }

  private ServiceGroup start() {
    ServiceGroup services = ServiceGroup.create(vertx);
    services.onChange(heard::add);
    services.follow(
        new ServiceGroup.NumberedListener() {
          @Override
          public void resynced(Digest at) {
            resynced.add(at);
          }

          @Override
          public void next(StatusChange change) {}
        });
    return services;
  }

  private void resync() {
    next(resynced);
  }
}

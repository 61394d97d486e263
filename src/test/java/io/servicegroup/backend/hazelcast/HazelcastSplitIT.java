package io.servicegroup.backend.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import io.servicegroup.testkit.LongForm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two agents whose Hazelcast members cannot reach each other for a while. */
@Timeout(120)
class HazelcastSplitIT {

  /** Hazelcast waits a third of it for one that hangs; a merge is tried every 6 s. */
  private static final Duration DOWN_TIME = Duration.ofSeconds(6);

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private static final ProxiedAgent A = new ProxiedAgent("a", DOWN_TIME);
  private static final ProxiedAgent B = new ProxiedAgent("b", DOWN_TIME);
  private static final List<ProxiedAgent> BOTH = List.of(A, B);

  @BeforeAll
  static void start() {
    BOTH.forEach(agent -> agent.start(A, B));
    BOTH.forEach(agent -> await(agent, 0, 2, Status.UP));
    // Nothing is believed at once before.
    A.changes().during(DOWN_TIME.plusSeconds(1));
  }

  @AfterAll
  static void close() {
    BOTH.forEach(ProxiedAgent::close);
  }

  private static List<StatusChange> await(ProxiedAgent agent, int mark, int count, Status status) {
    List<StatusChange> found =
        agent.changes().await(mark, count, change -> change.status() == status, PATIENCE);
    assertThat(found).hasSizeGreaterThanOrEqualTo(count);
    return found;
  }

  private static void split(Duration time) {
    BOTH.forEach(agent -> agent.proxy().hang());
    A.changes().during(time);
    BOTH.forEach(agent -> agent.proxy().pass());
  }

  @Test
  void aSplitThatHealsBeforeTheSilenceIsOverWasNobodysEnd() {
    assertNobodysEnd(Duration.ofSeconds(4));
  }

  @Test
  @LongForm
  void aPauseThatDoesNotEvenSplitWasNobodysEnd() {
    assertNobodysEnd(Duration.ofSeconds(1));
  }

  private static void assertNobodysEnd(Duration time) {
    int markA = A.changes().mark();
    int markB = B.changes().mark();
    split(time);
    // Longer than the merge takes and a silence after it.
    A.changes().during(DOWN_TIME.multipliedBy(2));
    assertThat(A.changes().since(markA)).isEmpty();
    assertThat(B.changes().since(markB)).isEmpty();
  }

  @Test
  void aSplitThatLastsLongerIsASilenceWhichTheMergeEnds() {
    int markA = A.changes().mark();
    int markB = B.changes().mark();
    split(DOWN_TIME.plusSeconds(5));
    await(A, markA, 1, Status.UP);
    await(B, markB, 1, Status.UP);
    A.changes().during(DOWN_TIME.plusSeconds(1));
    for (List<StatusChange> changes : List.of(A.changes().since(markA), B.changes().since(markB))) {
      assertThat(changes)
          .extracting(StatusChange::reason)
          .containsExactly(Reason.HEARTBEAT_TIMEOUT, Reason.HEARTBEAT);
    }
  }
}

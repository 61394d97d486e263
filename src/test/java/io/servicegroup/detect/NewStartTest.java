package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.BackendState;
import io.servicegroup.model.Status;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What begins anew and what goes on after outages, losses and hiccups, as a verticle tells of them
 * that somebody else wrote against the contract alone.
 */
class NewStartTest {

  private final Evaluation one = Evaluation.of("a");

  @BeforeEach
  void know() {
    one.look("a", 0).told();
    one.join(member("m1", 1, false, "a"));
    one.join(member("m2", 1, false, "a"));
  }

  @Test
  void givesEverybodyAllTheirTimeThoughTheClockWentOnOverTheOutage() {
    one.look("a", 100_000).beat("m1", 1, 1).told();
    one.reachable("a", false);
    one.reachable("a", true);
    assertThat(one.look("a", 130_000).told()).isEmpty();
    assertThat(one.look("a", 144_000).told()).isEmpty();
    assertThat(one.look("a", 145_000).told()).contains("m1 DOWN heartbeat_timeout");
  }

  @Test
  void afterALossNobodyIsVouchedForThoughTheClockDidNotFall() {
    one.look("a", 0).held("m1", 1, 1).held("m2", 1, 1).told();
    lose();
    one.look("a", 0).held("m2", 1, 1).told();
    assertThat(one.look("a", 14_000).told()).isEmpty();
    assertThat(one.look("a", 15_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
  }

  @Test
  void afterALossWhatTheServerEndsIsSilenceThoughTheClockDidNotFall() {
    one.look("a", 20_000).held("m1", 1, 1).told();
    lose();
    assertThat(one.look("a", 21_000).gone("m1", 1, 1, Cause.SESSION_EXPIRED).told()).isEmpty();
    assertThat(one.look("a", 22_000).held("m1", 1, 1).told()).isEmpty();
    assertThat(one.status("m1")).isEqualTo(Status.UP);
  }

  private void lose() {
    BackendState lost = new BackendState("a", BackendState.State.DATA_LOST, one.now, null);
    assertThat(one.evaluator.backendState(lost, one.now)).isEmpty();
  }

  @Test
  void isBoundedWhereOthersAreVouchedForAndNotSaidAgain() {
    one.look("a", 0).reached(0).held("m1", 1, 1).held("m2", 1, 1).told();
    one.look("a", 0).reached(1_000).hiccup().gone("m1", 1, 1, Cause.SESSION_EXPIRED).told();
    one.changes.clear();
    long second = 2;
    while (second < 1_000 && one.changes.isEmpty()) {
      one.look("a", 0).hiccup().reached(second * 1_000).told();
      second++;
    }
    assertThat(Evaluation.told(one.changes)).containsExactly("m1 DOWN heartbeat_timeout");
    assertThat(second - 1).isEqualTo(76);
  }

  @Test
  void afterAnOutageWhoeverReturnedInItHasAWholeTimeHoweverLongItsVerdictWasPostponed() {
    one.look("a", 0).reached(0).beat("m1", 1, 1).beat("m2", 1, 1).told();
    one.changes.clear();
    for (int second = 1; second <= 70; second++) {
      one.look("a", second % 2).reached(second * 1_000).beat("m2", 1, second + 1).told();
    }
    one.reachable("a", false);
    one.join(member("m1", 2, false, "a"));
    one.reachable("a", true);
    for (int second = 71; second < 85; second++) {
      one.look("a", second % 2).reached(second * 1_000).beat("m2", 1, second + 1).told();
    }
    assertThat(one.changes).isEmpty();
    one.look("a", 1).reached(85_000).beat("m2", 1, 90).told();
    assertThat(Evaluation.told(one.changes)).containsExactly("m1 DOWN heartbeat_timeout");
  }

  @Test
  void isNotShownAsPostponedAfterASingleHiccup() {
    one.look("a", 1_000).reached(1_000).beat("m1", 1, 1).beat("m2", 1, 1).told();
    one.hiccup("a");
    one.state("a", true);
    one.look("a", 1_000).reached(4_000).hiccup().beat("m2", 1, 2).told();
    for (int second = 5; second < 19; second++) {
      one.look("a", (second - 3) * 1_000).reached(second * 1_000).beat("m2", 1, second).told();
      assertThat(one.evaluator.postponed("a")).isZero();
    }
    one.look("a", 16_000).reached(19_000).beat("m2", 1, 19).told();
    assertThat(one.status("m1")).isEqualTo(Status.DOWN);
  }
}

package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Member;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberView;
import io.servicegroup.model.Status;
import java.time.Instant;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PresenceTest {

  private final Evaluation pg = Evaluation.of("pg");

  /** Presence that a backend vouches for, in all its ends; the grace of the start is over. */
  @Nested
  class HeldPresence {

    private void m1IsHeld() {
      pg.look("pg", 0).told();
      pg.know(member("m1", 1, false, "pg"));
      assertThat(pg.look("pg", 1_000).held("m1", 1, 7).told()).containsExactly("m1 UP heartbeat");
      pg.look("pg", 20_000).told();
    }

    @Test
    void thatIsNotVouchedForAnyMoreRunsOutLikeASilence() {
      m1IsHeld();
      Instant seen = pg.view("m1").lastSeenUp();
      pg.now = pg.now.plusSeconds(1);
      assertThat(pg.look("pg", 21_000).beat("m1", 1, 7).told()).isEmpty();
      assertThat(pg.view("m1").lastSeenUp()).isEqualTo(seen);
      assertThat(pg.look("pg", 35_999).beat("m1", 1, 7).told()).isEmpty();
      assertThat(pg.look("pg", 36_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void thatIsNotListedAgainAfterTheClockFellRunsOutLikeASilence() {
      m1IsHeld();
      pg.look("pg", 0).told();
      assertThat(pg.look("pg", 14_999).told()).isEmpty();
      assertThat(pg.look("pg", 15_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void thatEndedIsBelievedAtOnceAndRevivedByAGreaterCountOnly() {
      m1IsHeld();
      assertThat(pg.look("pg", 21_000).gone("m1", 1, 7, Cause.SESSION_EXPIRED).told())
          .containsExactly("m1 DOWN session_expired");
      assertThat(pg.look("pg", 22_000).held("m1", 1, 7).told()).isEmpty();
      assertThat(pg.look("pg", 23_000).beat("m1", 1, 7).told()).isEmpty();
      assertThat(pg.look("pg", 24_000).held("m1", 1, 8).told()).containsExactly("m1 UP heartbeat");
      assertThat(pg.look("pg", 90_000).told()).isEmpty();
    }

    @Test
    void thatAProbeEndedReturnsInTheSameSession() {
      m1IsHeld();
      assertThat(pg.look("pg", 21_000).gone("m1", 1, 7, Cause.PROBE_FAILED).told())
          .containsExactly("m1 DOWN probe_failed");
      assertThat(pg.look("pg", 22_000).held("m1", 1, 7).told()).containsExactly("m1 UP heartbeat");
    }

    @Test
    void thatEndedWithinTheGraceIsSilence() {
      m1IsHeld();
      pg.look("pg", 0).held("m1", 1, 7).told();
      assertThat(pg.look("pg", 14_000).gone("m1", 1, 7, Cause.SESSION_EXPIRED).told()).isEmpty();
      assertThat(pg.look("pg", 28_999).gone("m1", 1, 7, Cause.SESSION_EXPIRED).told()).isEmpty();
      assertThat(pg.look("pg", 29_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void thatAServerEndsRightAfterAHiccupOfItsOwnIsSilence() {
      m1IsHeld();
      assertThat(pg.look("pg", 21_000).hiccup().gone("m1", 1, 7, Cause.SESSION_EXPIRED).told())
          .isEmpty();
      assertThat(pg.look("pg", 22_000).held("m1", 1, 8).told()).isEmpty();
      assertThat(pg.look("pg", 35_000).gone("m1", 1, 8, Cause.EXPIRED).told()).isEmpty();
      assertThat(pg.look("pg", 49_999).told()).isEmpty();
      assertThat(pg.look("pg", 50_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      assertThat(pg.look("pg", 51_000).held("m1", 1, 9).told()).containsExactly("m1 UP heartbeat");
      assertThat(pg.look("pg", 52_000).gone("m1", 1, 9, Cause.SESSION_EXPIRED).told())
          .containsExactly("m1 DOWN session_expired");
    }

    @Test
    void whoseProcessRefusesThisAgentIsDeadAlsoRightAfterAHiccup() {
      m1IsHeld();
      assertThat(pg.look("pg", 21_000).hiccup().gone("m1", 1, 7, Cause.REFUSED).told())
          .containsExactly("m1 DOWN session_expired");
      assertThat(pg.look("pg", 0).held("m1", 1, 8).told()).containsExactly("m1 UP heartbeat");
      assertThat(pg.look("pg", 1_000).gone("m1", 1, 8, Cause.REFUSED).told()).isEmpty();
    }

    @Test
    void isNotEndedByAnOlderLifeOrAnEarlierCount() {
      m1IsHeld();
      pg.look("pg", 21_000).held("m1", 2, 3).told();
      assertThat(
              pg.look("pg", 22_000)
                  .gone("m1", 1, 99, Cause.SESSION_EXPIRED)
                  .gone("m1", 2, 2, Cause.SESSION_EXPIRED)
                  .told())
          .isEmpty();
      assertThat(pg.look("pg", 90_000).told()).isEmpty();
    }

    @Test
    void ofALifeBeforeTheOneInTheCatalogueRunsOut() {
      m1IsHeld();
      pg.join(member("m1", 2, false, "pg"));
      assertThat(pg.look("pg", 30_000).held("m1", 1, 7).told()).isEmpty();
      assertThat(pg.look("pg", 35_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }
  }

  /** Members that joined by other means than an agent of ours, and have no row. */
  @Nested
  class WithoutARow {

    private void t1IsUp() {
      pg.look("pg", 0).told();
      assertThat(pg.look("pg", 1_000).held("t1", 0, 0).told()).containsExactly("t1 UP heartbeat");
      pg.look("pg", 20_000).held("t1", 0, 0).told();
    }

    @Test
    void areMembersOfTheGroupsName() {
      t1IsUp();
      MemberView view = pg.view("t1");
      assertThat(view.catalogued()).isFalse();
      assertThat(view.member()).isEqualTo(Member.uncatalogued(Evaluation.id("t1")));
      assertThat(view.member().binary()).isEqualTo("compute");
      assertThat(pg.changes.get(0).binary()).isEqualTo("compute");
      assertThat(pg.changes.get(0).incarnation()).isNull();
      assertThat(pg.evaluator.tracks(Evaluation.id("t1"))).isFalse();
    }

    @Test
    void areInitialWhereTheFirstMessageListsThem() {
      assertThat(pg.look("pg", 0).held("t1", 0, 0).told()).containsExactly("t1 UP initial");
    }

    @Test
    void areNoneByBeatsOrWithALifeOfOurs() {
      pg.look("pg", 0).told();
      pg.look("pg", 1_000).beat("t1", 1, 1).beat("t2", 0, 1).held("t3", 1, 1).told();
      pg.look("pg", 2_000).beat("t1", 1, 2).beat("t2", 0, 2).told();
      assertThat(pg.evaluator.snapshot(MemberFilter.ALL).members()).isEmpty();
      assertThat(pg.changes).isEmpty();
    }

    @Test
    void stayDownForAnHourAndAreForgottenSilently() {
      t1IsUp();
      assertThat(pg.look("pg", 21_000).gone("t1", 0, 0, Cause.EXPIRED).told())
          .containsExactly("t1 DOWN heartbeat_timeout");
      long hour = 3_600_000;
      assertThat(pg.look("pg", 20_999 + hour).told()).isEmpty();
      assertThat(pg.status("t1")).isEqualTo(Status.DOWN);
      assertThat(pg.look("pg", 21_000 + hour).told()).isEmpty();
      assertThat(pg.evaluator.snapshot(MemberFilter.ALL).members()).isEmpty();
    }

    @Test
    void comeBackWithTheSamePresenceForTheyHaveNoLives() {
      t1IsUp();
      pg.look("pg", 21_000).gone("t1", 0, 0, Cause.SESSION_EXPIRED).told();
      assertThat(pg.look("pg", 22_000).held("t1", 0, 0).told()).containsExactly("t1 UP heartbeat");
      assertThat(pg.look("pg", 4_000_000).told()).isEmpty();
      assertThat(pg.status("t1")).isEqualTo(Status.UP);
    }

    @Test
    void runOutWhereNobodyVouchesForThemAnyMore() {
      t1IsUp();
      pg.look("pg", 21_000).beat("t1", 0, 0).told();
      assertThat(pg.look("pg", 36_000).told()).containsExactly("t1 DOWN heartbeat_timeout");
      assertThat(pg.status("t1")).isEqualTo(Status.DOWN);
    }

    @Test
    void areForgottenWhenTheyLeft() {
      t1IsUp();
      assertThat(pg.look("pg", 21_000).gone("t1", 0, 0, Cause.LEFT).told())
          .containsExactly("t1 DOWN left");
      assertThat(pg.evaluator.snapshot(MemberFilter.ALL).members()).isEmpty();
      assertThat(pg.look("pg", 22_000).gone("t1", 0, 0, Cause.LEFT).told()).isEmpty();
      assertThat(pg.look("pg", 23_000).held("t1", 0, 0).told()).containsExactly("t1 UP heartbeat");
      assertThat(pg.changes.get(2).previous()).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void keepTheirVerdictWhenTheCatalogueTellsOfThem() {
      t1IsUp();
      assertThat(pg.know(member("t1", 0, false))).isEmpty();
      assertThat(pg.view("t1").catalogued()).isTrue();
      assertThat(pg.view("t1").member().binary()).isEqualTo("nova-compute");
      assertThat(pg.status("t1")).isEqualTo(Status.UP);
      assertThat(pg.look("pg", 90_000).told()).isEmpty();
    }

    @Test
    void areSilentFromWhenAnAgentOfOursTakesThemOver() {
      t1IsUp();
      pg.join(member("t1", 1, false, "pg"));
      assertThat(pg.look("pg", 34_999).told()).isEmpty();
      assertThat(pg.look("pg", 35_000).told()).containsExactly("t1 DOWN heartbeat_timeout");
      assertThat(pg.look("pg", 36_000).beat("t1", 1, 1).told()).containsExactly("t1 UP heartbeat");
    }

    @Test
    void areThereAgainAfterTheirRowWasDeletedWhileTheyArePresent() {
      t1IsUp();
      pg.know(member("t1", 0, false));
      assertThat(Evaluation.told(pg.delete("t1"))).containsExactly("t1 DOWN deleted");
      assertThat(pg.evaluator.snapshot(MemberFilter.ALL).members()).isEmpty();
      assertThat(pg.delete("t1")).isEmpty();
      assertThat(pg.look("pg", 21_000).held("t1", 0, 0).told()).containsExactly("t1 UP heartbeat");
      assertThat(pg.view("t1").catalogued()).isFalse();
      assertThat(pg.delete("t1")).isEmpty();
      assertThat(pg.status("t1")).isEqualTo(Status.UP);
    }
  }
}

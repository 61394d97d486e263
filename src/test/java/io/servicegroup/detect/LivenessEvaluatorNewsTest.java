package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.life;
import static io.servicegroup.detect.Evaluation.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is said of a member and of its lives, beside its beats. */
class LivenessEvaluatorNewsTest {

  private final Evaluation pg = Evaluation.of("pg");

  @Nested
  class News {

    @Test
    void ofAFailedProbeIsBelievedAtOnceAlsoRightAfterTheStart() {
      pg.m1IsUp();
      assertThat(pg.look("pg", 1_100).gone("m1", 1, 2, Cause.PROBE_FAILED).told())
          .containsExactly("m1 DOWN probe_failed");
    }

    @ParameterizedTest
    @EnumSource(Cause.class)
    void isWhatAnAgentStatesAndNotSilence(Cause cause) {
      pg.m1IsUp();
      List<String> told = pg.look("pg", 1_100).gone("m1", 1, 2, cause).told();
      if (cause.stated()) {
        assertThat(told).containsExactly("m1 DOWN " + cause.reason().text());
      } else if (cause.isSilence()) {
        assertThat(told).isEmpty();
      }
    }

    @Test
    void isToldOnceHoweverOftenItIsRepeated() {
      pg.m1IsUp();
      pg.look("pg", 1_100).gone("m1", 1, 2, Cause.LEFT).told();
      assertThat(pg.look("pg", 2_000).gone("m1", 1, 2, Cause.LEFT).told()).isEmpty();
    }

    @Test
    void doesNotUndoALaterBeat() {
      pg.m1IsUp();
      assertThat(pg.look("pg", 2_000).gone("m1", 1, 1, Cause.PROBE_FAILED).told()).isEmpty();
    }

    @Test
    void ofAnEarlierLifeKillsNobody() {
      pg.m1IsUp();
      pg.look("pg", 2_000).beat("m1", 2, 3).told();
      assertThat(pg.look("pg", 3_000).gone("m1", 1, 9, Cause.LEFT).told()).isEmpty();
    }

    @Test
    void isNotRevokedByABeatThatWasLate() {
      pg.m1IsUp();
      pg.look("pg", 2_000).gone("m1", 1, 2, Cause.PROBE_FAILED).told();
      assertThat(pg.look("pg", 3_000).beat("m1", 1, 2).told()).isEmpty();
      assertThat(pg.look("pg", 4_000).beat("m1", 1, 3).told()).containsExactly("m1 UP heartbeat");
    }

    @Test
    void thatABackendConcludesIsSilenceWithinTheGraceAfterANewStart() {
      pg.m1IsUp();
      pg.look("pg", 0).told();
      assertThat(pg.look("pg", 2_000).gone("m1", 1, 2, Cause.SESSION_EXPIRED).told()).isEmpty();
      assertThat(pg.look("pg", 17_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void thatABackendConcludesIsBelievedAfterTheGrace() {
      pg.m1IsUp();
      pg.look("pg", 15_000).beat("m1", 1, 3).told();
      assertThat(pg.look("pg", 15_100).gone("m1", 1, 3, Cause.SESSION_EXPIRED).told())
          .containsExactly("m1 DOWN session_expired");
    }

    @Test
    void ofARestartIsSilence() {
      pg.m1IsUp();
      pg.look("pg", 15_500).beat("m1", 1, 3).told();
      assertThat(pg.look("pg", 16_000).gone("m1", 1, 3, Cause.RESTARTING).told()).isEmpty();
      assertThat(pg.look("pg", 30_999).gone("m1", 1, 3, Cause.RESTARTING).told()).isEmpty();
      assertThat(pg.look("pg", 31_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }
  }

  @Nested
  class NewLife {

    @Test
    void isToldAsARestartWhereNoDownCameBefore() {
      pg.m1IsUp();
      assertThat(pg.look("pg", 3_000).beat("m1", 2, 3).told()).containsExactly("m1 UP restarted");
      StatusChange change = pg.changes.get(pg.changes.size() - 1);
      assertThat(change.previous()).isEqualTo(Status.UP);
      assertThat(change.incarnation()).isEqualTo(life(2));
      assertThat(pg.look("pg", 4_000).beat("m1", 2, 4).told()).isEmpty();
    }

    @Test
    void isToldAsARestartAlsoAfterADown() {
      pg.m1IsUp();
      pg.look("pg", 16_000).told();
      assertThat(pg.look("pg", 17_000).beat("m1", 2, 3).told()).containsExactly("m1 UP restarted");
      assertThat(pg.changes.get(2).previous()).isEqualTo(Status.DOWN);
    }

    /** What it left behind is read until it is removed, and the catalogue forgot the member. */
    @Test
    void isNotDownBecauseTheOneBeforeADeletionLeft() {
      pg.m1IsUp();
      assertThat(Evaluation.told(pg.delete("m1"))).containsExactly("m1 DOWN deleted");
      assertThat(pg.look("pg", 9_000).gone("m1", 1, 2, Cause.LEFT).told()).isEmpty();
      assertThat(pg.join(member("m1", 2, false, "pg"))).isEmpty();
      assertThat(pg.look("pg", 10_000).gone("m1", 1, 2, Cause.LEFT).told()).isEmpty();
      assertThat(pg.look("pg", 11_000).beat("m1", 2, 1).told()).containsExactly("m1 UP heartbeat");
    }

    @Test
    void isNotRevivedByALateBeatOfTheOldOne() {
      pg.m1IsUp();
      pg.look("pg", 3_000).beat("m1", 2, 3).told();
      assertThat(pg.look("pg", 10_000).beat("m1", 1, 99).told()).isEmpty();
      assertThat(pg.look("pg", 18_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void isGivenNoTimeByALateBeatOfTheOldOne() {
      pg.m1IsUp();
      assertThat(pg.join(member("m1", 2, false, "pg"))).isEmpty();
      assertThat(pg.look("pg", 15_000).beat("m1", 1, 99).told()).isEmpty();
      assertThat(pg.look("pg", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      assertThat(pg.look("pg", 17_000).beat("m1", 2, 1).told()).containsExactly("m1 UP restarted");
    }
  }
}

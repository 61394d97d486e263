package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.member;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.MemberId;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LivenessEvaluatorTest {

  private final Evaluation pg = Evaluation.of("pg");

  @Nested
  class Silence {

    @Test
    void isAVerdictAfterServiceDownTimeOfWitnessedTime() {
      pg.m1IsUp();
      assertThat(pg.look("pg", 15_999).told()).isEmpty();
      assertThat(pg.look("pg", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      assertThat(pg.look("pg", 40_000).told()).isEmpty();
    }

    @Test
    void endsWithABeat() {
      pg.m1IsUp();
      pg.look("pg", 16_000).told();
      assertThat(pg.look("pg", 17_000).beat("m1", 1, 3).told()).containsExactly("m1 UP heartbeat");
    }

    @Test
    void isNotBrokenByACountThatDidNotGrow() {
      pg.m1IsUp();
      assertThat(pg.look("pg", 10_000).beat("m1", 1, 2).told()).isEmpty();
      assertThat(pg.look("pg", 16_000).beat("m1", 1, 2).told())
          .containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void countsFromWhenTheBeatWasWritten() {
      pg.m1IsUp();
      pg.look("pg", 6_000).beat("m1", 1, 3, 2_000).told();
      assertThat(pg.look("pg", 18_999).told()).isEmpty();
      assertThat(pg.look("pg", 19_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void countsAtTheEarliestFromTheMessageThatDidNotShowTheBeat() {
      pg.m1IsUp();
      pg.look("pg", 6_000).beat("m1", 1, 3, 3_600_000).told();
      assertThat(pg.look("pg", 15_999).told()).isEmpty();
      assertThat(pg.look("pg", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void countsAtTheLatestFromTheMessageThatShowsTheBeat() {
      pg.m1IsUp();
      pg.look("pg", 6_000).beat("m1", 1, 3, -9_000).told();
      assertThat(pg.look("pg", 20_999).told()).isEmpty();
      assertThat(pg.look("pg", 21_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void countsFromTheNewStartHoweverOldABeatIs() {
      pg.m1IsUp();
      pg.look("pg", 14_000).told();
      assertThat(pg.look("pg", 500).beat("m1", 1, 3, 400).told()).isEmpty();
      assertThat(pg.look("pg", 15_499).told()).isEmpty();
      assertThat(pg.look("pg", 15_500).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void endsInTheOrderOfTheBeatsWhateverTheOrderOfTheMessage() {
      pg.m1IsUp();
      pg.know(member("m2", 1, false, "pg"));
      pg.look("pg", 2_000).beat("m2", 1, 1).told();
      pg.look("pg", 7_000).beat("m1", 1, 3, 0).beat("m2", 1, 2, 4_000).told();
      assertThat(pg.look("pg", 18_000).told()).containsExactly("m2 DOWN heartbeat_timeout");
      assertThat(pg.look("pg", 22_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void countsAnewForEverybodyWhenTheClockFell() {
      pg.m1IsUp();
      pg.look("pg", 14_000).told();
      assertThat(pg.look("pg", 0).told()).isEmpty();
      assertThat(pg.look("pg", 14_999).told()).isEmpty();
      assertThat(pg.look("pg", 15_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void doesNotCountForAMemberWhoseBeatsNobodyCouldHaveWritten() {
      pg.m1IsUp();
      assertThat(pg.look("pg", 15_000).unwitnessed("m1").told()).isEmpty();
      assertThat(pg.look("pg", 29_999).told()).isEmpty();
      assertThat(pg.look("pg", 30_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void hasAnotherMeasureInAGroupThatBeatsAtAnotherPace() {
      Evaluation slow =
          new Evaluation(
              s ->
                  new EvaluatorSettings(
                      s.backends(),
                      s.rule(),
                      s.serviceDownTime(),
                      Map.of("compute", 60_000L),
                      s.reportInterval(),
                      s.pollInterval(),
                      s.massShare(),
                      s.massMinWriters(),
                      s.massHold()),
              "pg");
      slow.know(member("m1", 0, false));
      slow.look("pg", 0).beat("m1", 0, 1).told();
      slow.look("pg", 1_000).beat("m1", 0, 2).told();
      assertThat(slow.look("pg", 60_999).told()).isEmpty();
      assertThat(slow.look("pg", 61_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }
  }

  @Nested
  class FirstVerdict {

    @Test
    void isNotGivenByWhatTheFirstMessageLists() {
      pg.know(member("m1", 1, false, "pg"));
      assertThat(pg.look("pg", 0).beat("m1", 1, 99).told()).isEmpty();
      assertThat(pg.status("m1")).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void isDownAfterASilenceFromTheStart() {
      pg.know(member("m1", 1, false, "pg"));
      pg.look("pg", 0).beat("m1", 1, 99).told();
      assertThat(pg.look("pg", 15_000).told()).containsExactly("m1 DOWN initial");
    }

    @Test
    void isDownForAMemberThatNoBackendEverShowed() {
      pg.look("pg", 0).told();
      pg.know(member("m1", 0, false));
      assertThat(pg.look("pg", 15_000).told()).containsExactly("m1 DOWN initial");
    }

    @Test
    void isNotInitialForAMemberThatJoinsAndIsNeverHeard() {
      pg.look("pg", 0).told();
      pg.join(member("m1", 1, false, "pg"));
      assertThat(pg.look("pg", 15_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void staysInitialInListsHoweverOftenTheCatalogueSpeaks() {
      pg.know(member("m1", 0, false));
      pg.look("pg", 0).told();
      pg.look("pg", 15_000).told();
      pg.know(member("m1", 0, false));
      assertThat(pg.view("m1").verdict().reason()).isEqualTo(Reason.INITIAL);
    }

    @Test
    void isUpAtOnceForAMemberThatJoinsLater() {
      pg.look("pg", 0).told();
      pg.join(member("m1", 4, false, "pg"));
      assertThat(pg.look("pg", 1_000).beat("m1", 4, 1).told()).containsExactly("m1 UP heartbeat");
    }

    @Test
    void waitsForTheCatalogueToTellOfTheMember() {
      pg.look("pg", 0).told();
      assertThat(pg.look("pg", 1_000).beat("m1", 4, 1).told()).isEmpty();
      assertThat(Evaluation.told(pg.join(member("m1", 4, false, "pg"))))
          .containsExactly("m1 UP heartbeat");
    }

    @Test
    void isDownAtOnceForANewMemberWhoseProbeFails() {
      pg.look("pg", 0).told();
      pg.join(member("m1", 4, false, "pg"));
      assertThat(pg.look("pg", 1_000).gone("m1", 4, 0, Cause.PROBE_FAILED).told())
          .containsExactly("m1 DOWN probe_failed");
    }

    @Test
    void doesNotBelieveAnAbsenceThatTheFirstMessageLists() {
      pg.know(member("m1", 4, false, "pg"));
      assertThat(pg.look("pg", 0).gone("m1", 4, 7, Cause.PROBE_FAILED).told()).isEmpty();
      assertThat(pg.look("pg", 1_000).gone("m1", 4, 7, Cause.PROBE_FAILED).told()).isEmpty();
      assertThat(pg.look("pg", 15_000).told()).containsExactly("m1 DOWN initial");
    }
  }

  @Nested
  class Presence {

    @Test
    void needsNoBeats() {
      pg.know(member("m1", 1, false, "pg"));
      assertThat(pg.look("pg", 0).held("m1", 1, 0).told()).containsExactly("m1 UP initial");
      assertThat(pg.look("pg", 100_000).told()).isEmpty();
    }

    @Test
    void isSilenceAfterAnOutageUntilItIsListedAgain() {
      pg.know(member("m1", 1, false, "pg"));
      pg.know(member("m2", 1, false, "pg"));
      pg.look("pg", 0).held("m1", 1, 0).held("m2", 1, 0).told();
      pg.look("pg", 50_000).told();
      assertThat(pg.look("pg", 0).held("m1", 1, 0).told()).isEmpty();
      assertThat(pg.look("pg", 15_000).told()).containsExactly("m2 DOWN heartbeat_timeout");
    }
  }

  @Nested
  class DataLoss {

    @Test
    void setsANewBaselineAndKillsNobody() {
      pg.m1IsUp();
      pg.look("pg", 10_000).beat("m1", 1, 9).told();
      assertThat(pg.look("pg", 0).beat("m1", 1, 4).told()).isEmpty();
      assertThat(pg.look("pg", 14_000).beat("m1", 1, 5).told()).isEmpty();
      assertThat(pg.look("pg", 28_999).told()).isEmpty();
      assertThat(pg.look("pg", 29_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }
  }

  @Nested
  class Operators {

    @Test
    void forceDownAtOnceAndClearingGivesTheBeatsVerdictAtOnce() {
      pg.m1IsUp();
      assertThat(Evaluation.told(pg.know(member("m1", 1, true, "pg"))))
          .containsExactly("m1 DOWN forced_down");
      assertThat(pg.look("pg", 2_000).beat("m1", 1, 3).told()).isEmpty();
      assertThat(Evaluation.told(pg.know(member("m1", 1, false, "pg"))))
          .containsExactly("m1 UP forced_down_cleared");
    }

    @Test
    void clearTheForceOfAMemberThatIsSilentByNow() {
      pg.m1IsUp();
      pg.know(member("m1", 1, true, "pg"));
      assertThat(pg.look("pg", 16_000).told()).isEmpty();
      assertThat(Evaluation.told(pg.know(member("m1", 1, false, "pg")))).isEmpty();
      assertThat(pg.view("m1").verdict().reason()).isEqualTo(Reason.HEARTBEAT_TIMEOUT);
    }

    @Test
    void deleteWithALastWordWhereItWasUp() {
      pg.m1IsUp();
      assertThat(Evaluation.told(pg.delete("m1"))).containsExactly("m1 DOWN deleted");
      assertThat(pg.evaluator.snapshot(MemberFilter.ALL).members()).isEmpty();
      assertThat(pg.look("pg", 30_000).told()).isEmpty();
    }
  }

  @Test
  void numbersItsChangesWithoutGaps() {
    pg.m1IsUp();
    pg.look("pg", 16_000).told();
    pg.look("pg", 17_000).beat("m1", 1, 3).told();
    assertThat(pg.changes).extracting(StatusChange::seq).containsExactly(1L, 2L, 3L);
    assertThat(pg.evaluator.digest().seq()).isEqualTo(3);
    assertThat(pg.evaluator.snapshot(new MemberFilter("compute", null, null, null)).seq())
        .isEqualTo(3);
  }

  @Test
  void tellsOfOneMemberAlone() {
    pg.m1IsUp();
    pg.know(member("m2", 1, false, "pg"));
    MemberId id = pg.view("m1").member().id();
    assertThat(pg.evaluator.snapshot(MemberFilter.ALL).members()).hasSize(2);
    assertThat(pg.evaluator.snapshot(MemberFilter.of(id)).members())
        .singleElement()
        .isEqualTo(pg.view("m1"));
    assertThat(pg.evaluator.snapshot(MemberFilter.of(new MemberId("none", "m1"))).members())
        .isEmpty();
  }

  @Test
  void isStaleWhileNoBackendCanVote() {
    pg.m1IsUp();
    assertThat(pg.evaluator.snapshot(MemberFilter.ALL).stale()).isFalse();
    pg.reachable("pg", false);
    assertThat(pg.evaluator.snapshot(MemberFilter.ALL).stale()).isTrue();
    assertThat(pg.view("m1").verdict().stale()).isTrue();
    assertThat(pg.status("m1")).isEqualTo(Status.UP);
  }

  @Test
  void refusesABackendThatIsNotConfigured() {
    assertThatThrownBy(() -> pg.look("zookeeper", 0).told())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("zookeeper")
        .hasMessageContaining("pg");
  }

  @Test
  void changesNothingWithoutSightings() {
    pg.m1IsUp();
    assertThat(List.of(pg.know(member("m1", 1, false, "pg")))).containsExactly(List.of());
  }
}

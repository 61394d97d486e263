package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.Reason;
import io.servicegroup.model.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever changes an input decides the members anew that it touches. */
class EvidenceTest {

  private static Evaluation with(Rule rule) {
    Evaluation both = new Evaluation(Evaluation.rule(rule), "a", "b");
    both.look("a", 0).told();
    both.look("b", 0).told();
    return both;
  }

  @Nested
  class ADownThatWasCastWhileTheOther {

    @Test
    void wasUndecidedIsDecidedWhenThatOneIsGoneForGood() {
      Evaluation both = with(Rule.ANY);
      both.join(member("m1", 1, false, "a", "b"));
      both.look("b", 14_000).beat("m1", 1, 1).told();
      both.look("a", 15_000).told();
      both.look("a", 0).told();
      assertThat(both.look("b", 29_000).told()).isEmpty();
      assertThat(both.status("m1")).isEqualTo(Status.UP);
      assertThat(Evaluation.told(both.reachable("a", false)))
          .containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void wasAwayIsDecidedWhenBothAreBack() {
      Evaluation both = with(Rule.ALL);
      both.know(member("nova", 0, false));
      both.reachable("b", false);
      both.look("a", 15_000).told();
      both.reachable("a", false);
      both.look("b", 15_000).told();
      both.look("b", 30_000).told();
      assertThat(both.status("nova")).isEqualTo(Status.UNKNOWN);
      both.look("a", 0).told();
      both.look("b", 31_000).told();
      both.look("a", 15_000).told();
      assertThat(both.status("nova")).isEqualTo(Status.DOWN);
      assertThat(both.view("nova").verdict().stale()).isFalse();
    }

    @Test
    void isGoneLeavesNoUpThatIsNotStale() {
      Evaluation both = with(Rule.ANY);
      both.join(member("m1", 1, false, "a", "b"));
      both.look("a", 1_000).beat("m1", 1, 1).told();
      both.look("b", 1_000).beat("m1", 1, 1).told();
      both.reachable("a", false);
      both.look("b", 16_000).told();
      assertThat(both.status("m1")).isEqualTo(Status.UP);
      assertThat(both.view("m1").verdict().stale()).isTrue();
    }
  }

  @Nested
  class AHiccup {

    @Test
    void takesNobodysVote() {
      Evaluation both = with(Rule.ALL);
      both.join(member("m1", 1, false, "a", "b"));
      both.look("a", 1_000).beat("m1", 1, 1).told();
      both.look("b", 1_000).beat("m1", 1, 1).told();
      assertThat(both.look("a", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      both.changes.clear();
      for (int i = 1; i <= 10; i++) {
        both.hiccup("a");
        both.look("b", 16_000 + 1_000L * i).beat("m1", 1, 1 + i).told();
        both.look("a", 16_000 + 1_000L * i).hiccup().told();
      }
      assertThat(both.changes).isEmpty();
      assertThat(both.status("m1")).isEqualTo(Status.DOWN);
    }

    @Test
    void isShownAsStaleAtOnceWhereNobodyElseVotes() {
      Evaluation one = Evaluation.of("a");
      one.look("a", 0).told();
      one.join(member("m1", 1, false, "a"));
      one.look("a", 1_000).beat("m1", 1, 1).told();
      one.hiccup("a");
      assertThat(one.view("m1").verdict().stale()).isTrue();
      one.look("a", 2_000).hiccup().told();
      assertThat(one.view("m1").verdict().stale()).isFalse();
    }
  }

  @Nested
  class ACountThatIsSeenForTheFirstTime {

    @Test
    void isNoBeatThoughItIsRepeatedAfterItsTime() {
      Evaluation both = with(Rule.ANY);
      both.look("a", 1_000).beat("dead", 1, 40).told();
      both.look("a", 16_000).told();
      both.look("a", 17_000).beat("dead", 1, 40).told();
      both.know(member("dead", 1, false, "a", "b"));
      both.look("a", 21_000).beat("dead", 1, 40).told();
      both.look("b", 21_000).beat("dead", 1, 40).told();
      assertThat(both.changes).isEmpty();
      both.look("a", 36_000).told();
      both.look("b", 36_000).told();
      assertThat(Evaluation.told(both.changes)).containsExactly("dead DOWN initial");
    }

    @Test
    void isABeatWhereItsLifeJoinedSince() {
      Evaluation one = Evaluation.of("a");
      one.look("a", 0).told();
      assertThat(one.look("a", 1_000).beat("m1", 4, 7).told()).isEmpty();
      assertThat(Evaluation.told(one.join(member("m1", 4, false, "a"))))
          .containsExactly("m1 UP heartbeat");
    }

    @Test
    void isNoneInTheFirstMessageAfterALossOrAnOutage() {
      Evaluation one = Evaluation.of("a");
      one.look("a", 20_000).told();
      one.join(member("m1", 1, false, "a"));
      assertThat(one.look("a", 0).beat("m1", 1, 3).told()).isEmpty();
      assertThat(one.look("a", 1_000).beat("m1", 1, 4).told()).containsExactly("m1 UP heartbeat");
    }
  }

  @Nested
  class AnAbsence {

    @Test
    void thatWasSoLongBeforeIsInitial() {
      Evaluation one = Evaluation.of("a");
      one.look("a", 0).told();
      one.know(member("m1", 3, false, "a"));
      one.look("a", 1_000).gone("m1", 3, 90, Cause.LEFT).told();
      one.look("a", 6_000).gone("m1", 3, 90, Cause.LEFT).told();
      one.look("a", 16_000).told();
      assertThat(Evaluation.told(one.changes)).containsExactly("m1 DOWN initial");
      assertThat(one.view("m1").verdict().reason()).isEqualTo(Reason.INITIAL);
    }

    @Test
    void ofALifeThatTheCatalogueTellsOfLaterIsNews() {
      Evaluation one = Evaluation.of("a");
      one.look("a", 0).told();
      one.look("a", 1_000).gone("m1", 3, 0, Cause.PROBE_FAILED).told();
      assertThat(Evaluation.told(one.join(member("m1", 3, false, "a"))))
          .containsExactly("m1 DOWN probe_failed");
    }

    @Test
    void ofASessionIsSilenceWhileItsAgentRestarts() {
      Evaluation one = Evaluation.of("a");
      one.look("a", 0).told();
      one.join(member("m1", 1, false, "a"));
      one.look("a", 1_000).held("m1", 1, 7).told();
      one.look("a", 20_000).gone("m1", 1, 7, Cause.RESTARTING).told();
      assertThat(one.look("a", 21_000).gone("m1", 1, 7, Cause.SESSION_EXPIRED).told()).isEmpty();
      assertThat(one.look("a", 22_000).gone("m1", 1, 7, Cause.RESTARTING).told()).isEmpty();
      assertThat(one.look("a", 34_999).told()).isEmpty();
      assertThat(one.look("a", 35_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void ofASessionIsSilenceWhereTheMarkComesInTheSameMessage() {
      Evaluation one = Evaluation.of("a");
      one.look("a", 0).told();
      one.join(member("m1", 1, false, "a"));
      one.look("a", 1_000).held("m1", 1, 7).told();
      Evaluation.Look look = one.look("a", 20_000).gone("m1", 1, 7, Cause.SESSION_EXPIRED);
      assertThat(look.gone("m1", 1, 7, Cause.RESTARTING).told()).isEmpty();
      assertThat(one.look("a", 34_999).told()).isEmpty();
    }
  }

  @Nested
  class ALifeThatTheCatalogueGoesBackTo {

    private final Evaluation one = Evaluation.of("a");

    private void m1IsUpInItsSeventhLife() {
      one.look("a", 0).told();
      one.join(member("m1", 7, false, "a"));
      one.look("a", 1_000).beat("m1", 7, 1).told();
    }

    @Test
    void isAdopted() {
      m1IsUpInItsSeventhLife();
      assertThat(one.know(member("m1", 5, false, "a"))).isEmpty();
      one.look("a", 14_000).beat("m1", 5, 40).told();
      for (int i = 1; i < 20; i++) {
        one.look("a", 14_000 + 5_000L * i).beat("m1", 5, 40 + i).told();
      }
      assertThat(Evaluation.told(one.changes))
          .containsExactly("m1 UP heartbeat", "m1 UP restarted");
      assertThat(one.changes.get(1).incarnation()).isEqualTo(Evaluation.life(5));
      one.look("a", 150_000).told();
      assertThat(one.status("m1")).isEqualTo(Status.DOWN);
    }

    @Test
    void givesTheOneBeforeAWholeTimeToComeBack() {
      m1IsUpInItsSeventhLife();
      one.look("a", 15_000).told();
      one.know(member("m1", 5, false, "a"));
      assertThat(one.look("a", 29_000).beat("m1", 7, 2).told()).isEmpty();
      assertThat(one.join(member("m1", 8, false, "a"))).isEmpty();
      assertThat(one.look("a", 30_000).beat("m1", 8, 1).told()).containsExactly("m1 UP restarted");
      assertThat(one.look("a", 31_000).beat("m1", 7, 3).told()).isEmpty();
    }

    @Test
    void takesOverWithItsJoinAfterADeleteThoughBeatsOfTheOneBeforeCameLate() {
      m1IsUpInItsSeventhLife();
      one.delete("m1");
      one.changes.clear();
      one.look("a", 2_000).beat("m1", 7, 2).told();
      one.look("a", 7_000).beat("m1", 7, 3).told();
      assertThat(one.join(member("m1", 3, false, "a"))).isEmpty();
      for (int i = 8; i < 60; i++) {
        one.look("a", i * 1_000).beat("m1", 3, i).told();
      }
      assertThat(Evaluation.told(one.changes)).containsExactly("m1 UP heartbeat");
    }

    @Test
    void isNotDownByTheWordWithWhichTheOneBeforeWasDeleted() {
      m1IsUpInItsSeventhLife();
      one.delete("m1");
      one.changes.clear();
      one.look("a", 2_000).beat("m1", 7, 2).told();
      one.look("a", 3_000).gone("m1", 7, 2, Cause.DELETED).told();
      assertThat(one.join(member("m1", 3, false, "a"))).isEmpty();
      one.look("a", 4_000).beat("m1", 3, 1).told();
      assertThat(Evaluation.told(one.changes)).containsExactly("m1 UP heartbeat");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void isDownWhereNeitherComesBack(Rule rule) {
      Evaluation both = with(rule);
      both.join(member("m1", 7, false, "a", "b"));
      both.look("a", 1_000).beat("m1", 7, 1).told();
      both.look("b", 1_000).held("m1", 7, 1).told();
      both.know(member("m1", 5, false, "a", "b"));
      both.look("a", 16_000).told();
      both.look("b", 16_000).told();
      assertThat(both.status("m1")).isEqualTo(Status.DOWN);
    }
  }

  @Nested
  class LossesAndFailuresInARow {

    private final Evaluation one = Evaluation.of("a");
    private long count;

    private List<String> second(long second, boolean lost, boolean deadBeats) {
      long clock = lost ? 0 : second % 3 * 1_000;
      Evaluation.Look look = one.look("a", clock).reached(second * 1_000);
      look.beat("alive", 1, ++count);
      if (deadBeats) {
        look.beat("dead", 1, count);
      }
      return look.told();
    }

    @Test
    void postponeAVerdictByFourTimesItsTimeAndNotForEver() {
      one.look("a", 0).reached(0).told();
      one.join(member("alive", 1, false, "a"));
      one.join(member("dead", 1, false, "a"));
      second(1, false, true);
      long died = 2;
      second(died, false, true);
      long second = died + 1;
      boolean shown = false;
      while (second < 1_000 && one.status("dead") == Status.UP) {
        second(second, second % 3 == 0, false);
        if (second - died == 20) {
          shown = one.evaluator.postponed("a") == 1;
        }
        second++;
      }
      assertThat(second - 1 - died).isBetween(15L, 75L);
      assertThat(shown).isTrue();
      assertThat(one.status("alive")).isEqualTo(Status.UP);
      assertThat(one.evaluator.postponed("a")).isZero();
    }

    @Test
    void countWhereOnePollInTwoFails() {
      one.look("a", 0).reached(0).told();
      one.join(member("alive", 1, false, "a"));
      one.join(member("dead", 1, false, "a"));
      one.look("a", 0).reached(1_000).beat("alive", 1, 1).beat("dead", 1, 1).told();
      long second = 3;
      while (second < 1_000 && one.status("dead") == Status.UP) {
        one.hiccup("a");
        one.look("a", 0).hiccup().reached(second * 1_000).beat("alive", 1, second).told();
        second += 2;
      }
      assertThat(second).isLessThanOrEqualTo(80);
    }

    @Test
    void areCountedRightlyWhereATimeoutIsAsLongAsCanBe() {
      long longest = Long.MAX_VALUE / 4;
      Evaluation slow = new Evaluation(Evaluation.groups(Map.of("compute", longest)), "a");
      slow.look("a", 0).told();
      slow.join(member("m1", 1, false, "a"));
      slow.look("a", 1_000).beat("m1", 1, 1).told();
      assertThat(slow.look("a", 1_000_000).told()).isEmpty();
    }

    @Test
    void doNotCountAgainstMembersWhoseBeatsCannotBeWritten() {
      one.look("a", 0).told();
      one.join(member("m1", 1, false, "a"));
      one.look("a", 1_000).beat("m1", 1, 1).told();
      for (int i = 2; i < 100; i++) {
        assertThat(one.look("a", 1_000L * i).unwitnessed("m1").told()).isEmpty();
        assertThat(one.evaluator.postponed("a")).isEqualTo(i >= 17 ? 1 : 0);
      }
      assertThat(one.look("a", 113_000).told()).isEmpty();
      assertThat(one.look("a", 114_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }
  }
}

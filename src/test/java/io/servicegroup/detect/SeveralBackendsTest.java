package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.life;
import static io.servicegroup.detect.Evaluation.member;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import io.servicegroup.model.Absence.Cause;
import io.servicegroup.model.MemberFilter;
import io.servicegroup.model.Status;
import io.servicegroup.model.StatusChange;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two backends, a and b (in a move: the old and the new), and one verdict. */
class SeveralBackendsTest {

  private static Evaluation with(Rule rule) {
    Evaluation both =
        new Evaluation(
            s ->
                new EvaluatorSettings(
                    s.backends(),
                    rule,
                    s.serviceDownTime(),
                    s.groupDownTimes(),
                    s.reportInterval(),
                    s.pollInterval(),
                    s.massShare(),
                    s.massMinWriters(),
                    s.massHold()),
            "a",
            "b");
    both.look("a", 0).told();
    both.look("b", 0).told();
    return both;
  }

  /** As {@link #with}, and m1 beats through both. */
  private static Evaluation inBoth(Rule rule) {
    Evaluation both = with(rule);
    both.join(member("m1", 1, false, "a", "b"));
    return both;
  }

  /** As {@link #inBoth}, and both have seen it at 1,000. */
  private static Evaluation upInBoth(Rule rule) {
    Evaluation both = inBoth(rule);
    both.look("a", 1_000).beat("m1", 1, 1).told();
    both.look("b", 1_000).beat("m1", 1, 1).told();
    assertThat(both.status("m1")).isEqualTo(Status.UP);
    return both;
  }

  private static String lastDecidedBy(Evaluation both) {
    return both.changes.get(both.changes.size() - 1).backend();
  }

  @Nested
  class All {

    @Test
    void needsEveryVoteForUpAndOneForDown() {
      Evaluation both = inBoth(Rule.ALL);
      assertThat(both.look("a", 1_000).beat("m1", 1, 1).told()).isEmpty();
      assertThat(both.look("b", 1_000).beat("m1", 1, 1).told()).containsExactly("m1 UP heartbeat");
      assertThat(lastDecidedBy(both)).isEqualTo("b");
      both.look("a", 15_000).beat("m1", 1, 2).told();
      assertThat(both.look("b", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      assertThat(lastDecidedBy(both)).isEqualTo("b");
    }

    @Test
    void isNotBroughtUpByTheOneWhileTheOtherSeesItDown() {
      Evaluation both = upInBoth(Rule.ALL);
      both.look("a", 2_000).gone("m1", 1, 1, Cause.PROBE_FAILED).told();
      assertThat(lastDecidedBy(both)).isEqualTo("a");
      assertThat(both.look("b", 3_000).beat("m1", 1, 2).told()).isEmpty();
      assertThat(both.look("a", 4_000).beat("m1", 1, 3).told()).containsExactly("m1 UP heartbeat");
      assertThat(lastDecidedBy(both)).isEqualTo("a");
    }

    @Test
    void givesAnUnreachableOneNoVote() {
      Evaluation both = inBoth(Rule.ALL);
      both.reachable("b", false);
      assertThat(both.look("a", 1_000).beat("m1", 1, 1).told()).containsExactly("m1 UP heartbeat");
      assertThat(both.look("a", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      assertThat(lastDecidedBy(both)).isEqualTo("a");
    }

    @Test
    void givesTheDownOfAnUnreachableOneNoVote() {
      Evaluation both = upInBoth(Rule.ALL);
      both.look("b", 2_000).gone("m1", 1, 1, Cause.PROBE_FAILED).told();
      assertThat(Evaluation.told(both.reachable("b", false))).containsExactly("m1 UP heartbeat");
      assertThat(both.look("a", 3_000).beat("m1", 1, 2).told()).isEmpty();
    }

    @Test
    void letsOneThatIsBackLookAgainBeforeItsOldDownCounts() {
      Evaluation both = upInBoth(Rule.ALL);
      both.look("b", 2_000).gone("m1", 1, 1, Cause.PROBE_FAILED).told();
      both.reachable("b", false);
      both.look("a", 3_000).beat("m1", 1, 2).told();
      both.reachable("b", true);
      assertThat(both.look("b", 0).gone("m1", 1, 1, Cause.PROBE_FAILED).told()).isEmpty();
      assertThat(both.look("a", 4_000).beat("m1", 1, 3).told()).isEmpty();
      assertThat(both.look("b", 1_000).beat("m1", 1, 3).told()).isEmpty();
      both.look("a", 16_000).beat("m1", 1, 4).told();
      assertThat(both.look("b", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void letsOneThatIsBackTimeOutAgain() {
      Evaluation both = upInBoth(Rule.ALL);
      both.look("a", 15_000).beat("m1", 1, 2).told();
      both.look("b", 16_000).told();
      both.reachable("b", false);
      both.look("a", 17_000).beat("m1", 1, 3).told();
      assertThat(both.status("m1")).isEqualTo(Status.UP);
      assertThat(both.look("b", 17_000).told()).isEmpty();
      both.look("a", 30_000).beat("m1", 1, 4).told();
      assertThat(both.look("b", 32_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }
  }

  @Nested
  class Any {

    @Test
    void needsOneVoteForUpAndEveryForDown() {
      Evaluation both = inBoth(Rule.ANY);
      assertThat(both.look("a", 1_000).beat("m1", 1, 1).told()).containsExactly("m1 UP heartbeat");
      assertThat(lastDecidedBy(both)).isEqualTo("a");
      assertThat(both.look("b", 15_000).told()).isEmpty();
      assertThat(both.look("a", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      assertThat(lastDecidedBy(both)).isEqualTo("a");
    }

    @Test
    void keepsTheLastUpOfAnUnreachableOne() {
      Evaluation both = upInBoth(Rule.ANY);
      both.reachable("b", false);
      assertThat(both.look("a", 16_000).told()).isEmpty();
      both.reachable("b", true);
      assertThat(both.look("b", 1_000).told()).isEmpty();
      assertThat(both.look("b", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
      assertThat(lastDecidedBy(both)).isEqualTo("b");
    }

    @Test
    void findsAMemberThatDiesWhereTheUnreachableOneSawItDownAlready() {
      Evaluation both = upInBoth(Rule.ANY);
      both.look("a", 2_000).gone("m1", 1, 1, Cause.PROBE_FAILED).told();
      both.reachable("a", false);
      assertThat(both.look("b", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void killsNobodyWhenTheOldOneIsLostInTheMiddleOfAMove() {
      Evaluation both = with(Rule.ANY);
      both.join(member("moved", 2, false, "a", "b"));
      both.join(member("waiting", 1, false, "a"));
      both.look("a", 1_000).beat("moved", 2, 1).beat("waiting", 1, 1).told();
      both.look("b", 1_000).beat("moved", 2, 1).told();
      both.changes.clear();
      both.reachable("a", false);
      for (int i = 2; i < 60; i++) {
        both.look("b", 1_000L * i).beat("moved", 2, i).told();
      }
      assertThat(both.changes).isEmpty();
      assertThat(both.status("waiting")).isEqualTo(Status.UP);
      assertThat(both.view("waiting").verdict().stale()).isTrue();
      assertThat(both.view("moved").verdict().stale()).isFalse();
    }
  }

  @Nested
  class WhileNobodyCanVote {

    @ParameterizedTest
    @EnumSource(Rule.class)
    void nothingChangesAndEverybodyHasAllTheTimeAfterwards(Rule rule) {
      Evaluation both = upInBoth(rule);
      both.join(member("m2", 1, false, "a", "b"));
      both.look("a", 2_000).beat("m2", 1, 1).told();
      both.look("b", 2_000).beat("m2", 1, 1).told();
      both.changes.clear();
      both.reachable("a", false);
      both.reachable("b", false);
      assertThat(both.evaluator.snapshot(MemberFilter.ALL).stale()).isTrue();
      both.join(member("m1", 1, false, "a", "b"));
      both.look("a", 0).told();
      both.look("b", 0).told();
      both.look("a", 14_000).beat("m1", 1, 2).told();
      both.look("b", 14_000).beat("m1", 1, 2).told();
      assertThat(both.changes).isEmpty();
      both.look("a", 15_000).told();
      both.look("b", 15_000).told();
      assertThat(Evaluation.told(both.changes)).containsExactly("m2 DOWN heartbeat_timeout");
    }
  }

  @Nested
  class OneThatTheMemberDoesNotBeatThrough {

    @ParameterizedTest
    @EnumSource(Rule.class)
    void abstains(Rule rule) {
      Evaluation both = with(rule);
      both.join(member("m2", 1, false, "a"));
      assertThat(both.look("a", 1_000).beat("m2", 1, 1).told()).containsExactly("m2 UP heartbeat");
      assertThat(both.look("b", 60_000).told()).isEmpty();
      assertThat(both.look("a", 16_000).told()).containsExactly("m2 DOWN heartbeat_timeout");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void hasNoVoteByWhatItShowsOfALifeBefore(Rule rule) {
      Evaluation both = with(rule);
      both.join(member("m2", 2, false, "b"));
      both.look("a", 1_000).beat("m2", 1, 40).held("m2", 1, 40).told();
      both.look("a", 2_000).gone("m2", 1, 40, Cause.LEFT).told();
      assertThat(both.look("b", 1_000).beat("m2", 2, 1).told()).containsExactly("m2 UP heartbeat");
      assertThat(both.look("b", 16_000).told()).containsExactly("m2 DOWN heartbeat_timeout");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void losesTheVoteItHadWhenTheMemberJoinsWithoutIt(Rule rule) {
      Evaluation both = upInBoth(rule);
      both.join(member("m1", 2, false, "b"));
      both.look("b", 2_000).beat("m1", 2, 1).told();
      for (int i = 3; i < 40; i++) {
        both.look("b", 1_000L * i).beat("m1", 2, i).told();
        both.look("a", 1_000L * i).told();
      }
      assertThat(Evaluation.told(both.changes))
          .containsExactly("m1 UP heartbeat", "m1 UP restarted");
      assertThat(both.look("b", 54_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void losesTheUpItHadBeforeItWasLost() {
      Evaluation both = upInBoth(Rule.ANY);
      both.reachable("a", false);
      both.join(member("m1", 2, false, "b"));
      both.look("b", 2_000).beat("m1", 2, 1).told();
      assertThat(both.look("b", 17_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void leavesNoVerdictOnALifeBeforeToTheOneThatRemains() {
      Evaluation both = upInBoth(Rule.ANY);
      both.reachable("a", false);
      assertThat(both.look("b", 2_000).gone("m1", 1, 1, Cause.PROBE_FAILED).told()).isEmpty();
      assertThat(both.join(member("m1", 2, false, "b"))).isEmpty();
      assertThat(both.look("b", 3_000).beat("m1", 2, 1).told()).containsExactly("m1 UP restarted");
      assertThat(both.look("b", 18_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @Test
    void looksAgainOncePerLifeAndNotWithEachWordOfAnOperator() {
      Evaluation both = upInBoth(Rule.ANY);
      both.join(member("m1", 2, false, "a", "b"));
      both.look("a", 2_000).beat("m1", 2, 1).told();
      both.look("b", 16_000).told();
      both.join(member("m1", 2, false, "a", "b"));
      assertThat(both.look("a", 17_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void votesFromTheJoinOnThatNamesIt(Rule rule) {
      Evaluation both = with(rule);
      both.join(member("m1", 1, false, "a"));
      both.look("a", 1_000).beat("m1", 1, 1).told();
      both.look("b", 20_000).told();
      both.join(member("m1", 2, false, "a", "b"));
      both.look("a", 2_000).beat("m1", 2, 1).told();
      both.look("b", 21_000).beat("m1", 2, 1).told();
      assertThat(Evaluation.told(both.changes))
          .containsExactly("m1 UP heartbeat", "m1 UP restarted");
      both.look("a", 17_000).told();
      both.look("b", 36_000).told();
      assertThat(both.status("m1")).isEqualTo(Status.DOWN);
    }

    @Test
    void runsAMembersTimeWhenItComesBackToABackendThatStillShowsALifeBefore() {
      Evaluation both = with(Rule.ANY);
      both.join(member("m1", 2, false, "b"));
      both.look("b", 1_000).beat("m1", 2, 1).told();
      both.look("a", 1_000).beat("m1", 1, 40).told();
      both.join(member("m1", 3, false, "a", "b"));
      both.look("b", 2_000).beat("m1", 3, 1).told();
      both.look("b", 17_000).told();
      assertThat(both.status("m1")).isEqualTo(Status.UP);
      assertThat(both.look("a", 16_000).told()).containsExactly("m1 DOWN heartbeat_timeout");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void leavesAMemberOfBackendsThatAreNotConfiguredUnknown(Rule rule) {
      Evaluation both = with(rule);
      both.join(member("m1", 1, false, "elsewhere"));
      both.look("a", 60_000).told();
      both.look("b", 60_000).told();
      assertThat(both.changes).isEmpty();
      assertThat(both.status("m1")).isEqualTo(Status.UNKNOWN);
      assertThat(both.view("m1").verdict().stale()).isTrue();
    }
  }

  @Nested
  class MembersThatNoAgentJoined {

    @ParameterizedTest
    @EnumSource(Rule.class)
    void areJudgedByWhoSeesThem(Rule rule) {
      Evaluation both = with(rule);
      both.join(member("nova", 0, false));
      assertThat(both.look("a", 1_000).beat("nova", 0, 1).told())
          .containsExactly("nova UP heartbeat");
      for (int i = 2; i < 40; i++) {
        both.look("a", 1_000L * i).beat("nova", 0, i).told();
        both.look("b", 1_000L * i).told();
      }
      assertThat(both.changes).hasSize(1);
      both.reachable("a", false);
      assertThat(both.view("nova").verdict().stale()).isTrue();
      both.reachable("a", true);
      assertThat(both.look("a", 39_000).told()).isEmpty();
      assertThat(both.look("a", 54_000).told()).containsExactly("nova DOWN heartbeat_timeout");
      assertThat(lastDecidedBy(both)).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void areDownWhenNobodySawThemForAllOfTheTime(Rule rule) {
      Evaluation both = with(rule);
      both.know(member("nova", 0, false));
      assertThat(both.look("a", 15_000).told()).isEmpty();
      assertThat(both.look("b", 15_000).told()).containsExactly("nova DOWN initial");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void areNotDownWhileTheOneThatMaySeeThemIsAway(Rule rule) {
      Evaluation both = with(rule);
      both.join(member("nova", 0, false));
      both.reachable("a", false);
      assertThat(both.look("b", 15_000).told()).isEmpty();
      assertThat(both.look("a", 0).told()).isEmpty();
      assertThat(both.look("a", 1_000).beat("nova", 0, 1).told())
          .containsExactly("nova UP heartbeat");
    }
  }

  @Test
  void agentsMayNameOneOfTheBackendsOnly() {
    Evaluation old = Evaluation.of("a");
    old.look("a", 0).told();
    old.join(member("moved", 2, false, "a", "b"));
    old.join(member("waiting", 1, false, "a"));
    old.look("a", 1_000).beat("moved", 2, 1).beat("waiting", 1, 1).told();
    assertThat(Evaluation.told(old.changes))
        .isEqualTo(List.of("moved UP heartbeat", "waiting UP heartbeat"));
  }

  @Test
  void aRestartSeenThroughBothIsToldOnce() {
    Evaluation both = upInBoth(Rule.ALL);
    both.look("a", 2_000).beat("m1", 2, 1).told();
    both.look("b", 2_000).beat("m1", 2, 1).told();
    assertThat(Evaluation.told(both.changes)).containsExactly("m1 UP heartbeat", "m1 UP restarted");
  }

  @Test
  void aRestartIsToldOnceThoughOneStillShowsTheLifeBeforeAndDecides() {
    Evaluation both = upInBoth(Rule.ALL);
    both.look("a", 2_000).beat("m1", 2, 1).told();
    both.look("b", 16_000).told();
    both.look("b", 17_000).beat("m1", 2, 2).told();
    assertThat(Evaluation.told(both.changes))
        .containsExactly(
            "m1 UP heartbeat", "m1 UP restarted", "m1 DOWN heartbeat_timeout", "m1 UP heartbeat");
    assertThat(both.changes).last().extracting(StatusChange::incarnation).isEqualTo(life(2));
  }

  @Test
  void aForceOfAMemberWithoutAVerdictIsNewsUnlessItWasFound() {
    Evaluation both = inBoth(Rule.ANY);
    assertThat(Evaluation.told(both.join(member("m1", 1, true, "a", "b"))))
        .containsExactly("m1 DOWN forced_down");
    assertThat(Evaluation.told(both.join(member("m2", 1, true, "a", "b"))))
        .containsExactly("m2 DOWN initial");
  }

  @ParameterizedTest
  @EnumSource(Rule.class)
  void clearingAForceGivesTheVerdictOfBothAtOnce(Rule rule) {
    Evaluation both = upInBoth(rule);
    both.join(member("m1", 1, true, "a", "b"));
    both.look("a", 2_000).beat("m1", 1, 2).told();
    both.look("b", 2_000).beat("m1", 1, 2).told();
    both.changes.clear();
    assertThat(Evaluation.told(both.join(member("m1", 1, false, "a", "b"))))
        .containsExactly("m1 UP forced_down_cleared");
  }
}

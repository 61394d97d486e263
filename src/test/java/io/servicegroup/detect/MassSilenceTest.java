package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.memberOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Absence.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MassSilenceTest {

  private final Evaluation pg = Evaluation.of("pg");
  private final long[] counts = new long[100];

  /** So many members, each with its agent; they beat every 5 s, spread over the interval. */
  private void start(int members, IntFunction<String> agent) {
    pg.look("pg", 0).told();
    for (int i = 0; i < members; i++) {
      pg.join(memberOf(agent.apply(i), "m" + i, 1, false, "pg"));
    }
    Evaluation.Look look = pg.look("pg", 1_000);
    for (int i = 0; i < members; i++) {
      look.beat("m" + i, 1, ++counts[i]);
    }
    assertThat(look.told()).hasSize(members);
  }

  /** Polls second by second; from the given clock on only members from {@code firstAlive} beat. */
  private List<String> run(long from, long to, long silentFrom, int firstAlive, int members) {
    List<String> told = new ArrayList<>();
    for (long clock = from; clock <= to; clock += 1_000) {
      Evaluation.Look look = pg.look("pg", clock);
      for (int i = 0; i < members; i++) {
        boolean due = (clock / 1_000 + i) % 5 == 0;
        if (due && (clock < silentFrom || i >= firstAlive)) {
          look.beat("m" + i, 1, ++counts[i]);
        }
      }
      told.addAll(look.told());
    }
    return told;
  }

  @Test
  void ofMoreThanHalfOfTheWritersIsHeldVisiblyAndThenGiven() {
    start(20, i -> "agent-" + i);
    run(2_000, 29_000, Long.MAX_VALUE, 0, 20);
    assertThat(run(30_000, 44_000, 30_000, 11, 20)).isEmpty();
    assertThat(pg.evaluator.massSilence("pg"))
        .hasValueSatisfying(
            silence -> {
              assertThat(silence.silent()).isEqualTo(11);
              assertThat(silence.writers()).isEqualTo(20);
              assertThat(silence.withheldMillis()).isEqualTo(15_000);
            });
    assertThat(run(45_000, 54_000, 30_000, 11, 20)).isEmpty();
    assertThat(run(55_000, 55_000, 30_000, 11, 20)).hasSize(11);
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
  }

  @Test
  void thatEndsWhileItIsHeldChangesNothing() {
    start(20, i -> "agent-" + i);
    run(2_000, 29_000, Long.MAX_VALUE, 0, 20);
    assertThat(run(30_000, 50_000, 30_000, 11, 20)).isEmpty();
    assertThat(pg.evaluator.massSilence("pg")).isPresent();
    assertThat(run(51_000, 90_000, Long.MAX_VALUE, 0, 20)).isEmpty();
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
  }

  @Test
  void ofFourOfTwentyIsNone() {
    start(20, i -> "agent-" + i);
    run(2_000, 29_000, Long.MAX_VALUE, 0, 20);
    assertThat(run(30_000, 44_000, 30_000, 4, 20)).hasSize(4);
  }

  @Test
  void ofOneAgentWithAllMembersIsNone() {
    start(20, i -> "agent");
    run(2_000, 29_000, Long.MAX_VALUE, 0, 20);
    assertThat(run(30_000, 44_000, 30_000, 20, 20)).hasSize(20);
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
  }

  @Test
  void ofExactlyHalfIsNone() {
    start(20, i -> "agent-" + i);
    run(2_000, 29_000, Long.MAX_VALUE, 0, 20);
    assertThat(run(30_000, 44_000, 30_000, 10, 20)).hasSize(10);
  }

  @ParameterizedTest
  @CsvSource({"1, 15000", "0.5, 0"})
  void isOffWithAShareOfOneOrWhereItIsNotHeld(double share, long hold) {
    Evaluation off =
        new Evaluation(
            s ->
                new EvaluatorSettings(
                    s.backends(),
                    s.rule(),
                    s.serviceDownTime(),
                    s.groupDownTimes(),
                    s.reportInterval(),
                    s.pollInterval(),
                    share,
                    1,
                    hold),
            "pg");
    off.look("pg", 0).told();
    Evaluation.Look look = off.look("pg", 1_000);
    for (int i = 0; i < 20; i++) {
      off.join(memberOf("agent-" + i, "m" + i, 1, false, "pg"));
      look.beat("m" + i, 1, 1);
    }
    look.told();
    assertThat(off.look("pg", 16_000).told()).hasSize(20);
  }

  /** So many members, each with its agent, whose presence is vouched for; the grace is over. */
  private void hold(int members, IntFunction<String> agent) {
    pg.look("pg", 0).told();
    Evaluation.Look look = pg.look("pg", 1_000);
    for (int i = 0; i < members; i++) {
      pg.join(memberOf(agent.apply(i), "m" + i, 1, false, "pg"));
      look.held("m" + i, 1, 1);
    }
    assertThat(look.told()).hasSize(members);
    assertThat(pg.look("pg", 100_000).told()).isEmpty();
  }

  private List<String> end(long clock, int from, int to) {
    Evaluation.Look look = pg.look("pg", clock);
    for (int i = from; i < to; i++) {
      look.gone("m" + i, 1, 1, Cause.SESSION_EXPIRED);
    }
    return look.told();
  }

  @Test
  void ofSessionsIsHeldVisiblyAndThenGiven() {
    hold(20, i -> "agent-" + i);
    assertThat(end(101_000, 0, 11)).isEmpty();
    assertThat(pg.evaluator.massSilence("pg"))
        .hasValueSatisfying(
            silence -> {
              assertThat(silence.silent()).isEqualTo(11);
              assertThat(silence.writers()).isEqualTo(20);
            });
    assertThat(pg.look("pg", 115_999).told()).isEmpty();
    assertThat(pg.look("pg", 116_000).told())
        .hasSize(11)
        .allMatch(told -> told.endsWith(" DOWN session_expired"));
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
  }

  @Test
  void ofSessionsThatReturnChangesNothing() {
    hold(20, i -> "agent-" + i);
    assertThat(end(101_000, 0, 11)).isEmpty();
    Evaluation.Look look = pg.look("pg", 105_000);
    for (int i = 0; i < 11; i++) {
      look.held("m" + i, 1, 1 + i % 2);
    }
    assertThat(look.told()).isEmpty();
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
    assertThat(pg.look("pg", 200_000).told()).isEmpty();
  }

  @Test
  void ofSessionsThatEndOneAfterTheOtherIsHeldFromWhereItShows() {
    hold(20, i -> "agent-" + i);
    assertThat(end(101_000, 0, 6)).hasSize(6);
    assertThat(end(105_000, 6, 10)).hasSize(4);
    assertThat(end(106_000, 10, 14)).isEmpty();
    assertThat(pg.evaluator.massSilence("pg")).isPresent();
  }

  @Test
  void ofSessionsLongAfterOthersIsNone() {
    hold(20, i -> "agent-" + i);
    assertThat(end(101_000, 0, 6)).hasSize(6);
    assertThat(end(107_000, 6, 12)).hasSize(6);
  }

  @Test
  void ofOneAgentsSessionIsNone() {
    hold(20, i -> "agent");
    assertThat(end(101_000, 0, 20)).hasSize(20);
  }

  @Test
  void ofAgentsOfWhichOtherMembersArePresentIsNone() {
    hold(20, i -> "agent-" + i % 10);
    assertThat(end(101_000, 0, 10)).hasSize(10);
    assertThat(end(102_000, 10, 20)).isEmpty();
  }

  @Test
  void countsWritersWithPresenceAsWellAndNeverAsSilent() {
    hold(20, i -> "agent-" + i);
    Evaluation.Look look = pg.look("pg", 101_000);
    for (int i = 20; i < 30; i++) {
      pg.join(memberOf("agent-" + i, "m" + i, 1, false, "pg"));
      look.beat("m" + i, 1, 1);
    }
    look.told();
    assertThat(pg.look("pg", 116_000).told()).hasSize(10);
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
  }

  @Test
  void countsAWriterWhosePresenceIsNotVouchedForAnyMoreFromThereOn() {
    hold(20, i -> "agent-" + i);
    Evaluation.Look look = pg.look("pg", 101_000);
    for (int i = 0; i < 11; i++) {
      look.beat("m" + i, 1, 1);
    }
    assertThat(look.told()).isEmpty();
    assertThat(pg.look("pg", 116_000).told()).isEmpty();
    assertThat(pg.evaluator.massSilence("pg"))
        .hasValueSatisfying(silence -> assertThat(silence.silent()).isEqualTo(11));
  }

  @Test
  void ofSessionsIsNoneWhereTheirAgentsSaySo() {
    hold(20, i -> "agent-" + i);
    Evaluation.Look look = pg.look("pg", 101_000);
    for (int i = 0; i < 20; i++) {
      look.gone("m" + i, 1, 1, Cause.LEFT);
    }
    assertThat(look.told()).hasSize(20);
  }

  @Test
  void ofSessionsIsForgottenWhenTheBackendItselfWasAway() {
    hold(20, i -> "agent-" + i);
    assertThat(end(101_000, 0, 11)).isEmpty();
    assertThat(pg.look("pg", 0).told()).isEmpty();
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
    assertThat(pg.look("pg", 14_999).told()).isEmpty();
  }

  @Test
  void isForgottenWhenTheBackendItselfWasAway() {
    start(20, i -> "agent-" + i);
    run(2_000, 29_000, Long.MAX_VALUE, 0, 20);
    run(30_000, 46_000, 30_000, 11, 20);
    assertThat(pg.evaluator.massSilence("pg")).isPresent();
    assertThat(pg.look("pg", 0).told()).isEmpty();
    assertThat(pg.evaluator.massSilence("pg")).isEmpty();
  }
}

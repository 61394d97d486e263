package io.servicegroup.detect;

import static io.servicegroup.detect.Evaluation.memberOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class MassSilenceTest {

  private final Evaluation pg = Evaluation.of("pg");
  private final long[] counts = new long[100];

  /** So many members, each with its agent; they beat every 5 s, spread over the interval. */
  private void start(int members, IntFunction<String> agent) {
    pg.look("pg", 0).told();
    for (int i = 0; i < members; i++) {
      pg.know(memberOf(agent.apply(i), "m" + i, 1, false, "pg"));
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
              assertThat(silence.heldMillis()).isEqualTo(15_000);
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

  @Test
  void isOffWithAShareOfOne() {
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
                    1,
                    1,
                    s.massHold()),
            "pg");
    off.look("pg", 0).told();
    Evaluation.Look look = off.look("pg", 1_000);
    for (int i = 0; i < 20; i++) {
      off.know(memberOf("agent-" + i, "m" + i, 1, false, "pg"));
      look.beat("m" + i, 1, 1);
    }
    look.told();
    assertThat(off.look("pg", 16_000).told()).hasSize(20);
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

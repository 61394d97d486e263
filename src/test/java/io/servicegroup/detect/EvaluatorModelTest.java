package io.servicegroup.detect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The evaluator against the naive one, which scans everybody after every step: random histories
 * must leave both with the same verdicts. {@code scripts/soak model} runs millions of steps.
 */
class EvaluatorModelTest {

  private static final int STEPS = 100_000;
  private static final int STEPS_OF_A_HISTORY = 250;

  @Test
  void agreesWithTheNaiveEvaluatorAfterEveryStep() {
    long steps = 0;
    for (long seed = 0; steps < STEPS; seed++) {
      steps += new EvaluatorHistory(seed).run(STEPS_OF_A_HISTORY);
    }
    assertThat(steps).isGreaterThanOrEqualTo(STEPS);
  }

  /**
   * Histories in which a late beat of a life that is over comes shortly before its time is. They
   * are rare: one in many thousands.
   */
  @ParameterizedTest
  @ValueSource(longs = {1883072181606292611L, 1883072181606301556L, 1883072181606329763L})
  void agreesWhereALateBeatGivesNobodyTime(long seed) {
    assertThat(new EvaluatorHistory(seed).run(STEPS_OF_A_HISTORY)).isPositive();
  }
}

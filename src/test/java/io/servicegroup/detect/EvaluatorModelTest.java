package io.servicegroup.detect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}

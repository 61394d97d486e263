package io.servicegroup.faults;

import io.servicegroup.detect.EvaluatorHistory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The evaluator against the naive one in random histories, for as long as there is time. */
final class ModelHistories {

  private static final int STEPS = 250;

  /** After so many that went wrong the rest would say nothing new. */
  private static final int ENOUGH = 3;

  private ModelHistories() {}

  /**
   * Runs histories, each from a seed of its own, which a history that goes wrong names.
   *
   * @param time for so long
   * @return how many histories and steps agreed
   */
  static Result run(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    // Not the seeds that the suite runs.
    long first = System.currentTimeMillis() << 20;
    long histories = 0;
    long steps = 0;
    List<String> faults = new ArrayList<>();
    while (System.nanoTime() - until < 0 && faults.size() < ENOUGH) {
      try {
        steps += new EvaluatorHistory(first + histories).run(STEPS);
      } catch (AssertionError e) {
        faults.add(e.getMessage());
      }
      histories++;
    }
    return new Result(
        "model",
        "%,d histories, %,d steps, in which the evaluator and the naive one agree"
            .formatted(histories - faults.size(), steps),
        faults);
  }
}

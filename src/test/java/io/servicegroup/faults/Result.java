package io.servicegroup.faults;

import java.util.List;

/**
 * What a scenario counted.
 *
 * @param scenario its name
 * @param counted what was counted and measured, one line
 * @param faults sentences on what was not as the contract says; empty where all was well
 */
record Result(String scenario, String counted, List<String> faults) {

  Result {
    faults = List.copyOf(faults);
  }

  @Override
  public String toString() {
    String verdict = faults.isEmpty() ? "good" : "BAD";
    return "%-4s %s: %s%s"
        .formatted(
            verdict,
            scenario,
            counted,
            faults.isEmpty() ? "" : "\n  " + String.join("\n  ", faults));
  }
}

package io.servicegroup.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.detect.EvaluatorSettings.Rule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservedWritersTest {

  private static ObservedWriters writers(double share) {
    EvaluatorSettings settings =
        new EvaluatorSettings(
            List.of("a"), Rule.ALL, 15_000, Map.of(), 5_000, 1_000, share, 5, 15_000);
    return new ObservedWriters(settings, new Timeouts(settings));
  }

  private static void depart(ObservedWriters writers, int number) {
    for (int i = 0; i < number; i++) {
      writers.departed(Map.of(new ObservedWriter("agent-" + i, 1), new int[] {1}), 1_000L * i);
    }
  }

  @Test
  void rememberWhoDepartedForABeatAndNotForEver() {
    ObservedWriters writers = writers(0.5);
    depart(writers, 10_000);
    assertThat(writers.departures()).isEqualTo(6);
  }

  @Test
  void rememberNobodyWhereMassSilenceIsOff() {
    ObservedWriters writers = writers(1);
    depart(writers, 10_000);
    assertThat(writers.departures()).isZero();
  }
}

package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RiseFallTest {

  @Test
  void nothingIsKnownBeforeTheFirstResult() {
    RiseFall state = new RiseFall(1, 1);
    assertThat(state.decided()).isFalse();
    assertThat(state.alive()).isFalse();
  }

  @Test
  void theFirstResultDecidesEitherWay() {
    RiseFall passing = new RiseFall(3, 3);
    assertThat(passing.accept(true)).isTrue();
    assertThat(passing.alive()).isTrue();

    RiseFall failing = new RiseFall(3, 3);
    assertThat(failing.accept(false)).isTrue();
    assertThat(failing.decided()).isTrue();
    assertThat(failing.alive()).isFalse();
  }

  @Test
  void onlyFailuresInARowMakeItFailed() {
    RiseFall state = new RiseFall(1, 2);
    state.accept(true);
    assertThat(state.accept(false)).isFalse();
    assertThat(state.accept(true)).isFalse();
    assertThat(state.accept(false)).isFalse();
    assertThat(state.alive()).isTrue();
    assertThat(state.accept(false)).isTrue();
    assertThat(state.alive()).isFalse();
  }

  @Test
  void bothAreAtLeastOne() {
    assertThatThrownBy(() -> new RiseFall(0, 1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new RiseFall(1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** The rule in its own words: look back over the results since the last change. */
  @Property
  void theStateChangesExactlyWhenEnoughContraryResultsStandInARow(
      @ForAll @IntRange(min = 1, max = 4) int rise,
      @ForAll @IntRange(min = 1, max = 4) int fall,
      @ForAll @Size(min = 1, max = 60) List<Boolean> results) {
    RiseFall state = new RiseFall(rise, fall);
    boolean alive = false;
    for (int i = 0; i < results.size(); i++) {
      boolean result = results.get(i);
      int needed = i == 0 ? 1 : alive ? fall : rise;
      boolean contrary = i == 0 || result != alive;
      int row = 0;
      while (row <= i && results.get(i - row) == result) {
        row++;
      }
      boolean changes = contrary && row >= needed;
      alive = changes ? result : alive;

      assertThat(state.accept(result)).isEqualTo(changes);
      assertThat(state.alive()).isEqualTo(alive);
    }
  }
}

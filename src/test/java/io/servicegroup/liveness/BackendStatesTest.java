package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.BackendState;
import io.servicegroup.model.BackendState.MassSilence;
import io.servicegroup.model.BackendState.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BackendStatesTest {

  private static final Instant SINCE = Instant.parse("2026-11-22T07:00:00Z");
  private static final BackendState REACHABLE =
      new BackendState("pg", State.REACHABLE, SINCE, null);
  private static final BackendState UNREACHABLE =
      new BackendState("pg", State.UNREACHABLE, SINCE.plusSeconds(9), null);
  private static final BackendState HOLDING =
      new BackendState("pg", State.REACHABLE, SINCE, new MassSilence(6, 6, 15_000));

  private final List<BackendState> published = new ArrayList<>();
  private final BackendStates states = new BackendStates(published::add);

  @Test
  void tellOwnWordsFromThoseOfTheVerticle() {
    assertThat(states.take(REACHABLE)).isTrue();
    states.show(HOLDING);
    assertThat(states.take(HOLDING)).isFalse();
    assertThat(states.of("pg")).isEqualTo(HOLDING);
    assertThat(states.take(REACHABLE)).isTrue();
    assertThat(states.take(UNREACHABLE)).isTrue();
    assertThat(states.take(UNREACHABLE)).isTrue();
    assertThat(published).containsExactly(HOLDING);
  }

  @Test
  void correctAnOwnWordThatCrossedWithOneOfTheVerticle() {
    states.take(REACHABLE);
    states.show(HOLDING);
    assertThat(states.take(UNREACHABLE)).isTrue();
    assertThat(states.take(HOLDING)).isFalse();
    assertThat(states.of("pg")).isEqualTo(UNREACHABLE);
    assertThat(published).containsExactly(HOLDING, UNREACHABLE);
    assertThat(states.take(UNREACHABLE)).isFalse();
    assertThat(published).hasSize(2);
  }
}

package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Beat;
import io.servicegroup.model.MemberId;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whom it is worth asking about: the silent, for a while. */
class PostgresLivenessSilenceTest {

  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(5);
  private static final Duration SERVICE_DOWN_TIME = Duration.ofSeconds(15);

  private long nanos;
  private final PostgresLivenessSilence silence =
      new PostgresLivenessSilence(REPORT_INTERVAL, SERVICE_DOWN_TIME, () -> nanos);

  private void saw(Map<Integer, Long> counts, boolean everything) {
    PostgresLivenessRows.PollResult read = new PostgresLivenessRows.PollResult();
    counts.forEach(
        (id, count) -> read.beat(id, new Beat(new MemberId("g", "h" + id), null, count)));
    silence.saw(read, everything);
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  @Test
  void whoeverIsSilentLongerThanABeatMayBeLateIsASuspect() {
    saw(Map.of(1, 1L, 2, 1L), true);
    pass(Duration.ofSeconds(5));
    saw(Map.of(2, 2L), false);
    pass(Duration.ofSeconds(3));
    assertThat(silence.suspects()).containsExactly(1);
    assertThat(silence.locked(new Integer[] {1})).containsExactly(new MemberId("g", "h1"));
  }

  @Test
  void whoeverIsSilentForLongIsNoMoreAskedAboutUntilItMoves() {
    saw(Map.of(1, 1L), true);
    pass(SERVICE_DOWN_TIME.multipliedBy(4).plusSeconds(1));
    assertThat(silence.suspects()).isEmpty();
    saw(Map.of(1, 1L), true);
    pass(Duration.ofSeconds(8));
    assertThat(silence.suspects()).isEmpty();
    saw(Map.of(1, 2L), true);
    pass(Duration.ofSeconds(8));
    assertThat(silence.suspects()).containsExactly(1);
  }

  @Test
  void whoeverIsGoneIsNoSuspect() {
    saw(Map.of(1, 1L), true);
    pass(Duration.ofSeconds(8));
    saw(Map.of(), true);
    assertThat(silence.suspects()).isEmpty();
  }

  @Test
  void whoIsHeldIsLookedAtForAsLongAsItIsHeld() {
    saw(Map.of(7, 1L), true);
    pass(Duration.ofSeconds(8));
    for (int i = 0; i < 30; i++) {
      Integer[] suspects = silence.suspects();
      assertThat(suspects).containsExactly(7);
      assertThat(silence.locked(suspects)).containsExactly(new MemberId("g", "h7"));
      pass(SERVICE_DOWN_TIME);
    }
  }
}

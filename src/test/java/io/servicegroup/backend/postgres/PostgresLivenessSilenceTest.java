package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Beat;
import io.servicegroup.model.Incarnation;
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
      new PostgresLivenessSilence(
          REPORT_INTERVAL, SERVICE_DOWN_TIME, Duration.ofSeconds(1), () -> nanos);

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
  void whoeverBeatsInTimeNeedsNoLookUntilItsNextBeatIsDue() {
    sawOurs(1, 0);
    pass(Duration.ofMillis(5_500));
    assertThat(silence.isCalm()).isTrue();
    pass(Duration.ofMillis(1));
    assertThat(silence.isCalm()).as("overdue").isFalse();
    sawOurs(2, 0);
    assertThat(silence.isCalm()).isTrue();
    pass(SERVICE_DOWN_TIME.multipliedBy(4).plusSeconds(1));
    assertThat(silence.isCalm()).as("its time may be over").isFalse();
    assertThat(silence.suspects()).isEmpty();
    assertThat(silence.isCalm()).as("silent for long").isTrue();
  }

  @Test
  void aBeatIsAsOldAsItWasWrittenButNotOlderThanTheReadBefore() {
    sawOurs(1, 0);
    pass(Duration.ofSeconds(5));
    sawOurs(2, 4_000);
    pass(Duration.ofMillis(1_501));
    assertThat(silence.isCalm()).isFalse();
    pass(Duration.ofSeconds(5));
    assertThat(silence.suspects()).containsExactly(1);
    sawOurs(3, 3_600_000);
    assertThat(silence.isCalm()).as("not shown 6501 ms before").isFalse();
    assertThat(silence.suspects()).as("nor for longer").isEmpty();
  }

  @Test
  void whoWritesWithAClockOfItsOwnIsLookedAtSoonWhileItMoves() {
    saw(Map.of(1, 1L), true);
    assertThat(silence.isCalm()).isFalse();
    pass(SERVICE_DOWN_TIME.multipliedBy(4).plusSeconds(1));
    assertThat(silence.suspects()).isEmpty();
    assertThat(silence.isCalm()).as("it has stopped").isTrue();
  }

  private void sawOurs(long count, long ageMillis) {
    PostgresLivenessRows.PollResult read = new PostgresLivenessRows.PollResult();
    read.beat(1, new Beat(new MemberId("g", "h1"), new Incarnation(1, "x"), count), ageMillis);
    silence.saw(read, true);
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

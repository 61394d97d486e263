package io.servicegroup.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WitnessClockTest {

  private final WitnessClock clock = new WitnessClock(Duration.ofSeconds(5), Duration.ofSeconds(1));

  @Test
  void advancesOverIntervalsBetweenRoundTrips() {
    assertThat(witnessed(100)).isFalse();
    assertThat(clock.millis()).isZero();
    witnessed(101);
    witnessed(102);
    assertThat(clock.millis()).isEqualTo(2_000);
  }

  @Test
  void doesNotCountAnIntervalWithAFailure() {
    witnessed(100);
    witnessed(101);
    clock.missed();
    assertThat(witnessed(104)).isFalse();
    assertThat(clock.millis()).isEqualTo(1_000);
    witnessed(105);
    assertThat(clock.millis()).isEqualTo(2_000);
  }

  @Test
  void startsAgainAfterAnOutage() {
    witnessed(100);
    witnessed(105);
    clock.missed();
    assertThat(witnessed(112)).isTrue();
    assertThat(clock.millis()).isZero();
    witnessed(113);
    assertThat(clock.millis()).isEqualTo(1_000);
  }

  @Test
  void startsAgainAfterAPauseOfThisProcess() {
    witnessed(100);
    witnessed(101);
    assertThat(witnessed(108)).isTrue();
    assertThat(clock.millis()).isZero();
  }

  @Test
  void toleratesARoundTripThatIsOverdueByLessThanAReportInterval() {
    witnessed(100);
    assertThat(witnessed(106)).isFalse();
    assertThat(clock.millis()).isEqualTo(6_000);
  }

  @Test
  void startsAgainWhenDataWasLost() {
    witnessed(100);
    witnessed(101);
    clock.restart();
    assertThat(clock.millis()).isZero();
  }

  @Test
  void worksAcrossTheOverflowOfTheMonotonicClock() {
    clock.witnessed(Long.MAX_VALUE - 10);
    assertThat(clock.witnessed(Long.MAX_VALUE - 10 + TimeUnit.SECONDS.toNanos(2))).isFalse();
    assertThat(clock.millis()).isEqualTo(2_000);
  }

  private boolean witnessed(long seconds) {
    return clock.witnessed(TimeUnit.SECONDS.toNanos(seconds));
  }
}

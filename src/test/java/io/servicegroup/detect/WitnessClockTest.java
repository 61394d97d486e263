package io.servicegroup.detect;

import static io.servicegroup.detect.WitnessClock.Gap.HICCUP;
import static io.servicegroup.detect.WitnessClock.Gap.LATE;
import static io.servicegroup.detect.WitnessClock.Gap.NONE;
import static io.servicegroup.detect.WitnessClock.Gap.OUTAGE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WitnessClockTest {

  private final WitnessClock clock = new WitnessClock(Duration.ofSeconds(5), Duration.ofSeconds(1));

  @Test
  void advancesOverIntervalsBetweenRoundTrips() {
    assertThat(witnessed(100)).isEqualTo(NONE);
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
    assertThat(witnessed(104)).isEqualTo(HICCUP);
    assertThat(clock.millis()).isEqualTo(1_000);
    witnessed(105);
    assertThat(clock.millis()).isEqualTo(2_000);
  }

  @Test
  void startsAgainAfterAnOutage() {
    witnessed(100);
    witnessed(105);
    clock.missed();
    assertThat(witnessed(112)).isEqualTo(OUTAGE);
    assertThat(clock.millis()).isZero();
    witnessed(113);
    assertThat(clock.millis()).isEqualTo(1_000);
  }

  @Test
  void startsAgainAfterAPauseOfThisProcess() {
    witnessed(100);
    witnessed(101);
    assertThat(witnessed(108)).isEqualTo(OUTAGE);
    assertThat(clock.millis()).isZero();
  }

  @Test
  void toleratesARoundTripThatIsOverdueByLessThanAReportInterval() {
    witnessed(100);
    assertThat(witnessed(106)).isEqualTo(NONE);
    assertThat(clock.millis()).isEqualTo(6_000);
  }

  @Test
  void aLongerIntervalThatWasPlannedIsNoOutage() {
    witnessed(100);
    assertThat(clock.witnessed(seconds(110), seconds(5))).isEqualTo(NONE);
    assertThat(clock.millis()).as("at most an interval and a poll").isEqualTo(6_000);
    assertThat(clock.witnessed(seconds(115), seconds(5))).isEqualTo(NONE);
    assertThat(clock.millis()).isEqualTo(11_000);
    assertThat(clock.witnessed(seconds(126), seconds(5))).as("overdue by more").isEqualTo(OUTAGE);
    assertThat(clock.millis()).isZero();
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
    assertThat(clock.witnessed(Long.MAX_VALUE - 10 + TimeUnit.SECONDS.toNanos(2))).isEqualTo(NONE);
    assertThat(clock.millis()).isEqualTo(2_000);
  }

  @Test
  void isNotSetBackByARoundTripThatEndedLate() {
    witnessed(100);
    witnessed(101);
    witnessed(110 - 4);
    assertThat(witnessed(102)).isEqualTo(LATE);
    assertThat(witnessed(107)).isEqualTo(NONE);
    assertThat(clock.millis()).isEqualTo(7_000);
    assertThat(clock.reachedMillis()).isEqualTo(7_000);
  }

  @Test
  void tellsForHowLongTheBackendWasReachedWhateverFailedOrWasLost() {
    witnessed(100);
    clock.missed();
    witnessed(102);
    clock.restart();
    clock.missed();
    witnessed(104);
    assertThat(clock.millis()).isZero();
    assertThat(clock.reachedMillis()).isEqualTo(4_000);
    witnessed(120);
    assertThat(clock.reachedMillis()).isEqualTo(4_000);
  }

  private WitnessClock.Gap witnessed(long seconds) {
    return clock.witnessed(seconds(seconds));
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}

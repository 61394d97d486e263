package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatWatchTest {

  private final HeartbeatWatch watch =
      new HeartbeatWatch(Duration.ofSeconds(15), Duration.ofSeconds(1));

  @Test
  void noticesASilenceOnce() {
    watch.heard(true, seconds(100));
    assertThat(silentAfter(101, 114)).isFalse();
    assertThat(watch.tick(seconds(115))).isTrue();
    assertThat(silentAfter(116, 200)).isFalse();
  }

  @Test
  void beginsAnewWithEachHeartbeat() {
    watch.heard(true, seconds(100));
    silentAfter(101, 114);
    watch.heard(true, seconds(114));
    assertThat(silentAfter(115, 128)).isFalse();
    assertThat(watch.tick(seconds(129))).isTrue();
    watch.heard(true, seconds(130));
    assertThat(silentAfter(131, 145)).isTrue();
  }

  @Test
  void isNotFooledByAPauseOfTheProcess() {
    watch.heard(true, seconds(100));
    silentAfter(101, 104);
    assertThat(watch.tick(seconds(1_000))).isFalse();
    assertThat(silentAfter(1_001, 1_008)).isFalse();
    assertThat(watch.tick(seconds(1_009))).isTrue();
  }

  @Test
  void waitsForNobodyWhereThereWasNoMember() {
    assertThat(silentAfter(0, 100)).isFalse();
    watch.heard(true, seconds(100));
    watch.heard(false, seconds(101));
    assertThat(silentAfter(102, 200)).isFalse();
  }

  private boolean silentAfter(long from, long to) {
    boolean over = false;
    for (long second = from; second <= to; second++) {
      over |= watch.tick(seconds(second));
    }
    return over;
  }

  private static long seconds(long seconds) {
    return TimeUnit.SECONDS.toNanos(seconds);
  }
}

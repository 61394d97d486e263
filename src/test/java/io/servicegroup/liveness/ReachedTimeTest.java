package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.model.Sightings;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReachedTimeTest {

  private long now = 5;
  private final ReachedTime time = new ReachedTime(Duration.ofSeconds(6), () -> now);

  private long reached(String backend, long witnessed, long told) {
    Sightings seen =
        new Sightings(backend, witnessed, List.of(), List.of(), List.of(), List.of(), false, told);
    return time.completed(seen).reachedMillis();
  }

  private long after(long seconds, long witnessed) {
    now += TimeUnit.SECONDS.toNanos(seconds);
    return reached("etcd", witnessed, Sightings.NOT_TOLD);
  }

  @Test
  void goesOnWhereTheWitnessClockStandsStillOrFalls() {
    assertThat(after(0, 1_000)).isZero();
    assertThat(after(1, 1_000)).isEqualTo(1_000);
    assertThat(after(2, 0)).isEqualTo(3_000);
    assertThat(after(6, 0)).isEqualTo(9_000);
  }

  @Test
  void standsStillOverAnOutage() {
    after(0, 1_000);
    assertThat(after(7, 0)).isZero();
    assertThat(after(1, 0)).isEqualTo(1_000);
  }

  @Test
  void isNotLessThanWhatWasWitnessed() {
    after(0, 1_000);
    assertThat(after(1, 9_000)).isEqualTo(8_000);
  }

  @Test
  void isOfEachBackendItsOwnAndLeftToWhoeverTellsIt() {
    after(0, 0);
    after(3, 0);
    assertThat(reached("zk", 0, Sightings.NOT_TOLD)).isZero();
    assertThat(reached("pg", 0, 77)).isEqualTo(77);
  }
}

package io.servicegroup.heartbeat.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SelfProberTest {

  private final List<ProbeResult> results = new ArrayList<>();
  private long nowNanos = 42;
  private final SelfProber prober =
      new SelfProber(null, "test", Duration.ofSeconds(15), () -> nowNanos);

  @BeforeEach
  void begin() {
    prober.begin(results::add);
  }

  /** Time in which the loop turns as it should. */
  private void pass(long millis) {
    for (long step = 0; step < millis; step += 500) {
      nowNanos += TimeUnit.MILLISECONDS.toNanos(Math.min(500, millis - step));
      prober.look();
    }
  }

  @Test
  void thereIsNoResultBeforeTheFirstBeat() {
    pass(14_999);
    assertThat(results).isEmpty();
  }

  @Test
  void theFirstBeatPassesAtOnce() {
    assertThat(prober.touch()).isTrue();
    assertThat(results).containsExactly(ProbeResult.pass());
  }

  @Test
  void aServiceThatNeverBeatsFailsAfterItsDownTime() {
    pass(15_000);
    assertThat(results).containsExactly(ProbeResult.fail("no heartbeat within 15000 ms"));
  }

  @Test
  void eachBeatAllowsAWholeDownTime() {
    for (int i = 0; i < 10; i++) {
      prober.touch();
      pass(14_999);
    }
    assertThat(results).hasSize(10).allMatch(ProbeResult::passed);
    pass(1);
    assertThat(results.get(10).passed()).isFalse();
  }

  @Test
  void aBeatRevivesIt() {
    pass(20_000);
    results.clear();
    prober.touch();
    assertThat(results).containsExactly(ProbeResult.pass());
  }

  @Test
  void aPauseOfThisProcessIsNoSilence() {
    prober.touch();
    pass(5_000);
    nowNanos += TimeUnit.HOURS.toNanos(1);
    prober.look();
    pass(8_000);
    assertThat(results).containsExactly(ProbeResult.pass());
    pass(2_000);
    assertThat(results.get(results.size() - 1).passed()).isFalse();
  }
}

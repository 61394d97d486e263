package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PostgresLivenessHorizonTest {

  private long now;
  private final PostgresLivenessHorizon horizon =
      new PostgresLivenessHorizon(Duration.ofSeconds(5), () -> now);

  @Test
  void isTheOldestTransactionThatWasRunning() {
    assertThat(horizon.isKnown()).isFalse();
    horizon.saw("100:110:100,105");
    assertThat(horizon.from()).isEqualTo("100");
    assertThat(horizon.running()).isEqualTo("{}");
    horizon.forget();
    assertThat(horizon.isKnown()).isFalse();
  }

  @Test
  void isTheFirstThatHadNotBegunWhereOneIsHeldOpen() {
    horizon.saw("100:110:100");
    pass(6);
    horizon.saw("100:900:100,880");
    assertThat(horizon.from()).isEqualTo("900");
    assertThat(horizon.running()).isEqualTo("{100,880}");
    horizon.saw("901:905:");
    assertThat(horizon.from()).isEqualTo("901");
    assertThat(horizon.running()).isEqualTo("{}");
  }

  @Test
  void isTheSameWhereNothingHappens() {
    horizon.saw("100:100:");
    pass(60);
    horizon.saw("100:100:");
    assertThat(horizon.from()).isEqualTo("100");
    assertThat(horizon.runningOfRows()).isEqualTo("{}");
  }

  @Test
  void knowsTransactionsAsRowsCarryThem() {
    horizon.saw("4294967299:4294967310:4294967299");
    pass(6);
    horizon.saw("4294967299:4294967310:4294967299,4294967300");
    assertThat(horizon.runningOfRows()).isEqualTo("{3,4}");
  }

  private void pass(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }
}

package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PostgresServerClockTest {

  private long ownMillis = 7_000_000;
  private final PostgresServerClock clock =
      new PostgresServerClock(() -> TimeUnit.MILLISECONDS.toNanos(ownMillis));

  private boolean after(long millis, long serverMillis) {
    ownMillis += millis;
    return clock.isSteady(serverMillis);
  }

  @Test
  void theFirstAnswerProvesNothing() {
    assertThat(after(0, 1_000_000)).isFalse();
    assertThat(after(5_000, 1_005_000)).isTrue();
  }

  @Test
  void anAnswerMayTakeALittleLonger() {
    after(0, 1_000_000);
    assertThat(after(5_400, 1_005_000)).isTrue();
    assertThat(after(4_600, 1_010_000)).isTrue();
  }

  @Test
  void aMoveInEitherDirectionIsSeenOnce() {
    after(0, 1_000_000);
    assertThat(after(5_000, 1_010_000)).as("moved on").isFalse();
    assertThat(after(5_000, 1_015_000)).isTrue();
    assertThat(after(5_000, 1_000_000)).as("moved back").isFalse();
    assertThat(after(5_000, 1_005_000)).isTrue();
  }
}

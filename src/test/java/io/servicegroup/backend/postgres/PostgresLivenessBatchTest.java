package io.servicegroup.backend.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PostgresLivenessBatchTest {

  private final PostgresLivenessBatch batch =
      new PostgresLivenessBatch(Duration.ofSeconds(1), Duration.ofSeconds(3));

  @Test
  void takesAllWhereThatIsDoneInTime() {
    assertThat(batch.size(500)).isEqualTo(500);
    batch.took(500, 500, millis(499));
    assertThat(batch.isSplit()).isFalse();
  }

  @Test
  void isHalvedUntilPartsGetThroughAndGrowsBack() {
    batch.tookTooLong(500);
    assertThat(batch.size(500)).isEqualTo(250);
    batch.tookTooLong(250);
    assertThat(batch.size(500)).isEqualTo(125);
    batch.took(125, 500, millis(400));
    assertThat(batch.size(375)).isEqualTo(125);
    batch.took(125, 500, millis(50));
    assertThat(batch.size(500)).isEqualTo(250);
    batch.took(250, 500, millis(100));
    assertThat(batch.isSplit()).isFalse();
    assertThat(batch.size(500)).isEqualTo(500);
  }

  @Test
  void isNeverEmpty() {
    for (int size = 500; size > 1; size = batch.size(500)) {
      batch.tookTooLong(size);
    }
    batch.tookTooLong(1);
    assertThat(batch.size(500)).isEqualTo(1);
  }

  @Test
  void beginsNoStatementThatWouldOutlastTheWrite() {
    assertThat(batch.mayGoOn(millis(2_500))).isTrue();
    assertThat(batch.mayGoOn(millis(2_501))).isFalse();
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}

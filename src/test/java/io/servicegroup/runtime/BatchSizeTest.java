package io.servicegroup.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BatchSizeTest {

  private static final int MANY = 10_000;

  private final BatchSize size = new BatchSize(100, 1000, Duration.ofSeconds(2));

  @Test
  void growsWhereMoreAtATimeAreDoneFasterEach() {
    // Slow for one, and no slower for a thousand.
    for (int expected : new int[] {100, 200, 400, 800, 1000, 1000}) {
      assertThat(size.of(MANY)).isEqualTo(expected);
      took(expected, 1900);
    }
  }

  @Test
  void staysWhereMoreAtATimeTakeAsLongEach() {
    took(100, 1000);
    assertThat(size.of(MANY)).as("nothing is known of fewer").isEqualTo(200);
    took(200, 2000);
    assertThat(size.of(MANY)).isEqualTo(200);
    took(50, 1);
    assertThat(size.of(MANY)).as("fewer than there might have been").isEqualTo(200);
    took(200, 499);
    assertThat(size.of(MANY)).as("quick").isEqualTo(400);
  }

  @Test
  void isHalvedByWhatTookTooLongAndDoesNotGrowBecauseItIsSmaller() {
    size.tookTooLong(100);
    assertThat(size.of(MANY)).isEqualTo(50);
    took(50, 1900);
    assertThat(size.of(MANY)).isEqualTo(50);
    took(50, 499);
    assertThat(size.of(MANY)).isEqualTo(100);
  }

  @Test
  void isHalvedByWhatIsDoneLateUntilItIsDoneInTime() {
    took(100, 1000);
    took(200, 1900);
    assertThat(size.of(MANY)).isEqualTo(200);
    late(200, 8000);
    assertThat(size.of(MANY)).as("the store is busier than it was").isEqualTo(100);
    late(100, 4000);
    assertThat(size.of(MANY)).isEqualTo(50);
    took(50, 1900);
    assertThat(size.of(MANY)).isEqualTo(50);
  }

  @Test
  void growsWhereOneTakesAsLongAsManyAlsoWhereThatIsTooLong() {
    late(1, 3000);
    for (int expected : new int[] {100, 200, 400, 800, 1000}) {
      assertThat(size.of(MANY)).isEqualTo(expected);
      late(expected, 3000);
    }
    size.tookTooLong(2);
    for (int expected : new int[] {1, 2, 4, 8, 16}) {
      assertThat(size.of(MANY)).isEqualTo(expected);
      late(expected, 3000);
    }
  }

  private void late(int done, long millis) {
    size.answered(done, false, TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void isNeverEmptyAndNeverMoreThanThereAre() {
    for (int tried = 100; tried > 0; tried /= 2) {
      size.tookTooLong(tried);
    }
    assertThat(size.of(MANY)).isEqualTo(1);
    took(1, 1);
    assertThat(size.of(MANY)).isEqualTo(2);
    assertThat(size.of(1)).isEqualTo(1);
  }

  private void took(int done, long millis) {
    size.took(done, Integer.MAX_VALUE, TimeUnit.MILLISECONDS.toNanos(millis));
  }
}

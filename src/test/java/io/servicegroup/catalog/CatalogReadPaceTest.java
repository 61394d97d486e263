package io.servicegroup.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests how long a hastened read of the whole catalogue waits after the last one. */
class CatalogReadPaceTest {

  private static final Duration REPORT = Duration.ofSeconds(5);

  private static Duration pauseAfter(Duration read) {
    return Duration.ofNanos(CatalogReadPace.pauseNanos(read.toNanos(), REPORT.toNanos()));
  }

  @Test
  void isShortAfterAQuickRead() {
    assertThat(pauseAfter(Duration.ofMillis(3))).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void growsWithWhatAReadCosts() {
    assertThat(pauseAfter(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(4));
  }

  /** Whatever changed during a slow read is not known before the next one. */
  @Test
  void isNoLongerThanAReportIntervalOrTheReadItself() {
    assertThat(pauseAfter(Duration.ofSeconds(4))).isEqualTo(REPORT);
    assertThat(pauseAfter(Duration.ofSeconds(6))).isEqualTo(Duration.ofSeconds(6));
  }
}

package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Beats update in place, wake nobody and leave the table small. */
class TableCareIT {

  @Test
  void beatsAreHotAndSilent() throws SQLException {
    Result result = TableCare.run(1_000, Duration.ofSeconds(10));
    System.out.println(result);
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

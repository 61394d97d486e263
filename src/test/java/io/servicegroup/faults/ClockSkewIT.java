package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The clocks of machines are never compared. */
class ClockSkewIT {

  @Test
  void anHourAheadOrBehindChangesNothing() {
    Result result = ClockSkew.run(Technology.POSTGRESQL, Timing.DOWN);
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

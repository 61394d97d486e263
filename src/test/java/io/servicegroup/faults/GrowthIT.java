package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Nothing stays behind of members that come and go. */
class GrowthIT {

  @Test
  void membersThatComeAndGoLeaveNothingBehind() throws Exception {
    Result result = Growth.run(Technology.REDIS, 300, 300);
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

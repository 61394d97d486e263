package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The most common of the moves that {@code scripts/soak rolling-move} does. */
class RollingMoveIT {

  @Test
  void raisesNoAlarmAndMissesNone() {
    assertThat(RollingMove.run(Technology.POSTGRESQL, Technology.REDIS, 1).faults()).isEmpty();
  }
}

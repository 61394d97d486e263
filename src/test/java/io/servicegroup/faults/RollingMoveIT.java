package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Three of the moves that {@code scripts/soak rolling-move} does; each has both parts of a pair,
 * and one is between two servers of the same technology.
 */
class RollingMoveIT {

  @ParameterizedTest
  @CsvSource({"REDIS,MEMCACHED", "POSTGRESQL,ZOOKEEPER", "POSTGRESQL,POSTGRESQL"})
  void raisesNoAlarmAndMissesNone(Technology from, Technology to) {
    assertThat(RollingMove.run(from, to).faults()).isEmpty();
  }
}

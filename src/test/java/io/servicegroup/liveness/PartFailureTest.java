package io.servicegroup.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PartFailureTest {

  private final PartFailure part = new PartFailure();

  @Test
  void isThePartsOwnWhereTheWholeIsReachedAfterIt() {
    part.failed(10);
    assertThat(part.wholeReached(9)).as("begun before").isFalse();
    assertThat(part.wholeReached(11)).isTrue();
    part.succeeded();
    assertThat(part.wholeReached(12)).isFalse();
  }

  @Test
  void isNoNewsWhereTheWholeIsLostAsWell() {
    part.failed(10);
    part.wholeLost();
    part.failed(20);
    assertThat(part.wholeReached(21)).as("back, and the part was not tried since").isFalse();
    part.failed(22);
    assertThat(part.wholeReached(23)).as("tried, in vain").isTrue();
  }
}

package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many writers that fall silent together are given time; few are not. */
class MassSilenceIT {

  private static MassSilence fleet;

  @BeforeAll
  static void start() {
    fleet = new MassSilence();
  }

  @AfterAll
  static void stop() {
    fleet.close();
  }

  @Test
  void moreThanHalfAreHeldVisiblyAndThenDown() {
    assertGood(fleet.eleven());
  }

  @Test
  void aFewAreDownWithoutDelay() {
    assertGood(fleet.four());
  }

  @Test
  void oneAgentWithManyMembersIsDownWithoutDelay() {
    assertGood(fleet.oneWithTwenty());
  }

  private static void assertGood(Result result) {
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

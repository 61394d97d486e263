package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.servicegroup.faults.ServerDeath.Seen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Two of the pairings that {@code scripts/bench pairings} kills the servers of. */
@Execution(ExecutionMode.CONCURRENT)
class ServerDeathIT {

  /** One keeps everything, the other nothing. */
  @Test
  void thatKeepsTheCatalogueOrTheBeatsOnlyKillsNobody() {
    try (ServerDeath fleet =
        new ServerDeath(new Site(Technology.ZOOKEEPER, Technology.MEMCACHED))) {
      Seen catalog = fleet.kill(fleet.catalog());
      assertThat(catalog.stale()).isTrue();
      assertThat(catalog.write()).isEqualTo(503);
      assertThat(catalog.forgottenKept()).isEqualTo(5);
      assertGood(catalog);
      Seen liveness = fleet.kill(fleet.liveness());
      assertThat(liveness.write()).isEqualTo(200);
      assertThat(liveness.versions()).isEqualTo(200);
      assertThat(liveness.forgottenKept()).isEqualTo(5);
      assertGood(liveness);
    }
  }

  /** What nobody remembers is gone with a cache; what somebody does is there again. */
  @Test
  void thatKeepsBothAndForgetsKillsNobody() {
    try (ServerDeath fleet =
        new ServerDeath(new Site(Technology.MEMCACHED, Technology.MEMCACHED))) {
      Seen both = fleet.kill(fleet.catalog());
      assertThat(both.stale()).isTrue();
      assertThat(both.write()).isEqualTo(503);
      assertThat(both.forgottenKept()).isZero();
      assertGood(both);
    }
  }

  private static void assertGood(Seen seen) {
    assertThat(seen.falseChanges()).isZero();
    assertThat(seen.lines()).as("one of the loss and one of the return, on two agents").hasSize(4);
    assertThat(seen.listed()).isEqualTo(20);
    assertThat(seen.health()).isEqualTo(200);
    assertThat(seen.live()).isEqualTo(200);
    assertThat(seen.completeAfterMillis()).isNotNull();
  }
}

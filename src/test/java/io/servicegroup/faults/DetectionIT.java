package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What dies is found in time and told once; what is upgraded did not die. */
class DetectionIT {

  private static Detection fleet;

  @BeforeAll
  static void start() throws IOException {
    fleet = new Detection();
  }

  @AfterAll
  static void stop() throws IOException {
    fleet.close();
  }

  @Test
  void aKilledAgentsMembersAreDownOnceAndUpOnce() {
    assertGood(fleet.agentKilled());
  }

  @Test
  void aStoppedAgentsMembersLeave() {
    assertGood(fleet.agentLeft());
  }

  @Test
  void anUpgradedAgentsMembersWereNeverDown() {
    assertGood(fleet.agentUpgraded());
  }

  @Test
  void aKilledServiceIsKnownEverywhereAtOnce() throws IOException {
    assertGood(fleet.serviceKilled(5));
  }

  private static void assertGood(Result result) {
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

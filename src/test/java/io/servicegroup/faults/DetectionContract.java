package io.servicegroup.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/** What dies is found in time and told once; what is upgraded did not die. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class DetectionContract {

  private final Technology technology;
  private Detection fleet;

  DetectionContract(Technology technology) {
    this.technology = technology;
  }

  @BeforeAll
  void start() {
    fleet = new Detection(technology);
  }

  @AfterAll
  void stop() {
    if (fleet != null) {
      fleet.close();
    }
  }

  @Test
  void aKilledAgentsMembersAreDownOnceAndUpOnce() {
    assertGood(fleet.agentKilled(1));
  }

  /** The last: nobody needs that agent any more. */
  @Order(Integer.MAX_VALUE)
  @Test
  void aStoppedAgentsMembersLeave() {
    assertGood(fleet.agentLeft());
  }

  @Test
  void anUpgradedAgentsMembersWereNeverDown() {
    assertGood(fleet.agentUpgraded());
  }

  @Test
  void aKilledServiceIsKnownEverywhereAtOnce() {
    assertGood(fleet.serviceKilled(3));
  }

  @Test
  void aClosedConnectionIsKnownEverywhereAtOnce() {
    assertGood(fleet.heldServiceKilled(3));
  }

  private static void assertGood(Result result) {
    System.out.println(result);
    assertThat(result.faults()).as(result.toString()).isEmpty();
  }
}

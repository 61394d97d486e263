package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** What only a database can do to beats. Apart from the others, so that both run at once. */
class TableFalseAlarmIT extends FalseAlarmContract {

  TableFalseAlarmIT() {
    super(Technology.POSTGRESQL);
  }

  @Test
  void aRowHeldBySomebodyElse() throws Exception {
    assertGood(new PostgresFaults(fleet).rowHeld(LONG_ENOUGH));
  }

  @Test
  void anIndexBeingBuilt() throws Exception {
    assertGood(new PostgresFaults(fleet.killing()).indexBuilt(LONG_ENOUGH));
  }

  @Test
  void failingBeats() throws Exception {
    assertGood(new PostgresFaults(fleet).beatsFail(10));
  }
}

package io.servicegroup.faults;

import org.junit.jupiter.api.Test;

/** What only a database can do to beats: hold a row, build an index, refuse some. */
class TableFalseAlarmIT extends FalseAlarmContract {

  TableFalseAlarmIT() {
    super(Technology.POSTGRESQL);
  }

  @Test
  void aRowHeldBySomebodyElse() throws Exception {
    assertGood(new PostgresFaults(fleet).rowHeld(Timing.DOWN.multipliedBy(2)));
  }

  @Test
  void anIndexBeingBuilt() throws Exception {
    assertGood(new PostgresFaults(fleet).indexBuilt(Timing.DOWN.multipliedBy(2)));
  }

  @Test
  void failingBeats() throws Exception {
    assertGood(new PostgresFaults(fleet).beatsFail(10));
  }
}

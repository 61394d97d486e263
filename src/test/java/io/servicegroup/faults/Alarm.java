package io.servicegroup.faults;

import static io.servicegroup.faults.Timing.DOWN;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One of the false-alarm scenarios in its long form. */
interface Alarm {

  Duration THREE_TIMES = DOWN.multipliedBy(3);

  Result run(FalseAlarms fleet) throws Exception;

  /** What can happen to agents on a technology. */
  static List<Alarm> of(Technology technology) {
    List<Alarm> alarms = new ArrayList<>();
    alarms.add(fleet -> fleet.observerPaused(THREE_TIMES));
    if (technology == Technology.HAZELCAST_MEMBER) {
      return alarms;
    }
    alarms.add(fleet -> fleet.backendStopped(THREE_TIMES));
    alarms.add(fleet -> fleet.backendHung(THREE_TIMES));
    alarms.add(fleet -> fleet.backendRestarted(10));
    alarms.add(fleet -> fleet.backendKilled(THREE_TIMES));
    alarms.add(fleet -> fleet.observerHung(THREE_TIMES));
    alarms.add(fleet -> fleet.observerHalfOpen(THREE_TIMES));
    alarms.add(fleet -> fleet.observerCutOff(THREE_TIMES));
    if (technology == Technology.POSTGRESQL) {
      alarms.add(fleet -> new PostgresFaults(fleet).rowHeld(Duration.ofMinutes(1)));
      alarms.add(fleet -> new PostgresFaults(fleet).indexBuilt(Duration.ofMinutes(1)));
    } else {
      alarms.add(FalseAlarms::backendEmptied);
    }
    return alarms;
  }
}

package io.servicegroup.faults;

import io.servicegroup.faults.BackendNews.Told;
import java.util.List;

/**
 * How often the agents may tell of their backend during a fault.
 *
 * @param observed outages at the observer, the fewest and the most
 * @param own outages at the sidecar, the fewest and the most
 * @param lost data lost at each of them, the fewest and the most
 */
record Expected(Range observed, Range own, Range lost) {

  private static final Range NONE = new Range(0, 0);

  /** From the fewest to the most. */
  record Range(int fewest, int most) {

    boolean holds(int number) {
      return fewest <= number && number <= most;
    }

    @Override
    public String toString() {
      return fewest == most ? Integer.toString(most) : fewest + " to " + most;
    }
  }

  /** Outages that both agents see. */
  static Expected everywhere(int fewest, int most) {
    return new Expected(new Range(fewest, most), new Range(fewest, most), NONE);
  }

  /** Outages that the observer alone sees. */
  static Expected atTheObserver(int fewest, int most) {
    return new Expected(new Range(fewest, most), NONE, NONE);
  }

  /** The same, with data lost. */
  Expected losing(int fewest, int most) {
    return new Expected(observed, own, new Range(fewest, most));
  }

  /** Compares with what was told. */
  void check(Told observer, Told sidecar, List<String> faults) {
    check("observer", observed, observer, faults);
    check("sidecar", own, sidecar, faults);
  }

  private void check(String who, Range outages, Told told, List<String> faults) {
    if (!outages.holds(told.unreachable())
        || told.back() != told.unreachable()
        || !lost.holds(told.lost())) {
      faults.add(
          "the %s told of %s; expected %s unreachable and back, %s data lost"
              .formatted(who, told, outages, lost));
    }
  }
}

package io.servicegroup.detect;

/**
 * How many writers are in sight and how many of them are lost: of all writers, and of those with
 * members of each timeout.
 */
final class Census {

  private final Tally lost;
  private final Tally inSight;

  /**
   * Makes a census in which no writer is lost.
   *
   * @param writers the number of writers in sight
   * @param byTimeout how many of them have members of each timeout, by the timeout's index
   */
  Census(int writers, int[] byTimeout) {
    this.lost = new Tally(0, new int[byTimeout.length]);
    this.inSight = new Tally(writers, byTimeout.clone());
  }

  /**
   * Counts a writer in sight as lost.
   *
   * @param members the number of its members of each timeout
   */
  void addLost(int[] members) {
    lost.add(members);
  }

  /**
   * Counts a writer that is no longer in sight as one that is in sight and lost.
   *
   * @param members the number of members of each timeout that it had
   */
  void addDeparted(int[] members) {
    lost.add(members);
    inSight.add(members);
  }

  /** The share of all writers that is lost. */
  Share all() {
    return new Share(lost.all, inSight.all);
  }

  /** The share of the writers with members of a timeout that is lost. */
  Share of(int timeout) {
    return new Share(lost.byTimeout[timeout], inSight.byTimeout[timeout]);
  }

  /**
   * How many of some writers are lost.
   *
   * @param lost the number of those that were not heard lately, or are gone
   * @param writers the number of those that are in sight
   */
  record Share(int lost, int writers) {}

  private static final class Tally {
    private final int[] byTimeout;
    private int all;

    Tally(int all, int[] byTimeout) {
      this.all = all;
      this.byTimeout = byTimeout;
    }

    void add(int[] members) {
      for (int i = 0; i < members.length; i++) {
        byTimeout[i] += members[i] > 0 ? 1 : 0;
      }
      all++;
    }
  }
}

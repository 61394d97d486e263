package io.servicegroup.heartbeat.probe;

/**
 * Turns results of probes into a state: {@code rise} passes in a row make a failed service alive,
 * {@code fall} failures in a row make a living one failed. The first result decides at once, either
 * way, so that the first report of a service is not delayed.
 */
public final class RiseFall {

  private final int rise;
  private final int fall;
  private boolean decided;
  private boolean alive;
  private int contrary;

  /**
   * Makes an object without a state.
   *
   * @param rise at least 1
   * @param fall at least 1
   * @throws IllegalArgumentException where one is less
   */
  public RiseFall(int rise, int fall) {
    if (rise < 1 || fall < 1) {
      throw new IllegalArgumentException("rise and fall are at least 1");
    }
    this.rise = rise;
    this.fall = fall;
  }

  /**
   * Takes over the state of another object.
   *
   * @param before the other object
   * @return this
   */
  public RiseFall after(RiseFall before) {
    decided = before.decided;
    alive = before.alive;
    return this;
  }

  /**
   * Takes in a result.
   *
   * @param passed whether the probe passed
   * @return whether it changed the state; true for the first result
   */
  public boolean accept(boolean passed) {
    if (decided && passed == alive) {
      contrary = 0;
      return false;
    }
    contrary++;
    if (decided && contrary < (passed ? rise : fall)) {
      return false;
    }
    decided = true;
    alive = passed;
    contrary = 0;
    return true;
  }

  /**
   * Whether there was a result yet.
   *
   * @return whether there is a state
   */
  public boolean decided() {
    return decided;
  }

  /**
   * The state.
   *
   * @return whether the service counts as alive; false before the first result
   */
  public boolean alive() {
    return alive;
  }
}

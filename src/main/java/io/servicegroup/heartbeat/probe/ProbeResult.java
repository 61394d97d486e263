package io.servicegroup.heartbeat.probe;

/**
 * What one look at a service found.
 *
 * @param passed whether it lives
 * @param reason a short sentence about a failure; null where it passed
 */
public record ProbeResult(boolean passed, String reason) {

  private static final ProbeResult PASS = new ProbeResult(true, null);

  /**
   * The service lives.
   *
   * @return the result
   */
  public static ProbeResult pass() {
    return PASS;
  }

  /**
   * The service does not live.
   *
   * @param reason a short sentence, without a full stop
   * @return the result
   */
  public static ProbeResult fail(String reason) {
    return new ProbeResult(false, reason);
  }
}

package io.servicegroup.heartbeat.probe;

/**
 * The result of one look at a service.
 *
 * @param passed whether the service lives
 * @param reason a short sentence about the failure; null where the service lives
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

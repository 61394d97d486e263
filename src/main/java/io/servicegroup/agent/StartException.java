package io.servicegroup.agent;

import io.servicegroup.bus.FaultException;
import io.servicegroup.runtime.Why;

/** Says that the agent cannot start. The message is one line that names the key to change. */
public final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Wraps a failure so that its message tells the operator which key to look at. A {@link
   * FaultException} carries its key already.
   *
   * @param failure the failure that stopped the start
   * @param key the key that the failure belongs to, unless it carries one
   * @param what the clause that says what could not be done
   */
  static StartException of(Throwable failure, String key, String what) {
    if (failure instanceof StartException known) {
      return known;
    }
    String reason = Why.of(failure);
    return new StartException(
        failure instanceof FaultException ? reason : key + ": " + what + ": " + reason, failure);
  }
}

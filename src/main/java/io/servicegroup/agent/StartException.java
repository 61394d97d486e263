package io.servicegroup.agent;

import io.servicegroup.bus.FaultException;
import io.servicegroup.runtime.Why;

/** The agent cannot start; the message is one line that names the key to change. */
public final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Wraps a failure so that its message tells the operator which key to look at. A {@link
   * FaultException} carries its key already.
   *
   * @param failure what stopped the start
   * @param key the key that it belongs to otherwise
   * @param what could not be done
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

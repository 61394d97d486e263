package io.servicegroup.backend.embedded;

import java.io.IOException;

/**
 * The embedded database cannot run on this machine. The message is one sentence for the operator.
 */
class EmbeddedServerException extends IOException {

  private static final long serialVersionUID = 1L;

  EmbeddedServerException(String message) {
    super(message);
  }

  EmbeddedServerException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Another program listens on the port. */
  static final class PortTaken extends EmbeddedServerException {

    private static final long serialVersionUID = 1L;

    PortTaken(String message) {
      super(message);
    }
  }
}

package io.servicegroup.backend.embedded;

import java.io.IOException;

/**
 * The embedded database cannot run here; the message is one sentence for whoever runs the agent.
 */
class EmbeddedServerException extends IOException {

  private static final long serialVersionUID = 1L;

  EmbeddedServerException(String message) {
    super(message);
  }

  EmbeddedServerException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Somebody else listens on the port. */
  static final class PortTaken extends EmbeddedServerException {

    private static final long serialVersionUID = 1L;

    PortTaken(String message) {
      super(message);
    }
  }
}

package io.servicegroup.backend.embedded;

import java.io.IOException;

/**
 * The embedded database cannot run here; the message is one sentence for whoever runs the agent.
 */
final class EmbeddedServerException extends IOException {

  private static final long serialVersionUID = 1L;

  EmbeddedServerException(String message) {
    super(message);
  }

  EmbeddedServerException(String message, Throwable cause) {
    super(message, cause);
  }
}

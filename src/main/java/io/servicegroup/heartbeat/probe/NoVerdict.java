package io.servicegroup.heartbeat.probe;

/**
 * A look that could not be made for want of something of this agent's own. It says nothing about
 * the service, whose last result stands.
 */
final class NoVerdict extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NoVerdict(String reason) {
    super(reason, null, false, false);
  }
}

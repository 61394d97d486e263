package io.servicegroup.heartbeat.probe;

/**
 * The failure of a look that could not be made because this agent itself lacks something. It says
 * nothing about the service, whose last result stands.
 */
final class NoVerdict extends RuntimeException {

  private static final long serialVersionUID = 1L;

  NoVerdict(String reason) {
    super(reason, null, false, false);
  }
}

package io.servicegroup.heartbeat.probe;

/** The failure of a probe whose message is a short sentence for the user. */
final class ProbeFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ProbeFailure(String reason) {
    super(reason, null, false, false);
  }
}

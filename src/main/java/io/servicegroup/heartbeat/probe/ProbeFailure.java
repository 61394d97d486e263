package io.servicegroup.heartbeat.probe;

/** A probe that did not pass, for a reason that is already put in a short sentence. */
final class ProbeFailure extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ProbeFailure(String reason) {
    super(reason, null, false, false);
  }
}

package io.servicegroup.pairings;

import io.servicegroup.testkit.BackendServer;

/**
 * A catalogue and a liveness backend.
 *
 * @param catalog keeps the service data
 * @param liveness keeps the beats
 */
record Pairing(BackendServer catalog, BackendServer liveness) {

  String catalogUri() {
    return catalog.uri(catalog.port());
  }

  String livenessUri() {
    return liveness.uri(liveness.port());
  }

  /** Is also the name of its group: pairings share servers, and nothing in them. */
  @Override
  public String toString() {
    return catalog.scheme() + "-" + liveness.scheme();
  }
}

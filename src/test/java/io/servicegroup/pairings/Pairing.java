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
    return uri(catalog);
  }

  String livenessUri() {
    return uri(liveness);
  }

  /** What is left behind is not to go by itself while a test looks whether somebody removes it. */
  private static String uri(BackendServer server) {
    String uri = server.uri();
    if (server.scheme().equals("zookeeper")) {
      return uri; // its marks stay, and its sessions may not last that long
    }
    return uri + (uri.contains("?") ? "&" : "?") + "timeout=60";
  }

  /** Is also the name of its group: pairings share servers, and nothing in them. */
  @Override
  public String toString() {
    return catalog.scheme() + "-" + liveness.scheme();
  }
}

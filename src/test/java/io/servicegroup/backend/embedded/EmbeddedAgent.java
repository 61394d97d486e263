package io.servicegroup.backend.embedded;

import io.servicegroup.config.BackendUri;
import io.vertx.core.Vertx;

/** A process that runs the embedded database and nothing else, for tests that kill it. */
final class EmbeddedAgent {

  private EmbeddedAgent() {}

  public static void main(String[] args) throws Exception {
    BackendUri uri =
        new EmbeddedPostgresServer()
            .start(Vertx.vertx(), BackendUri.parse("embedded:" + args[0]))
            .await();
    System.out.println(uri.text());
    // Ends with the test, if the test does not end it before.
    System.in.read();
    System.exit(0);
  }
}

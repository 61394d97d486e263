package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A real server of a liveness backend, on loopback: it can be brought back with or without what it
 * knew.
 */
public abstract class BackendServer extends ServerProcess {

  private final String scheme;

  BackendServer(String scheme, Path home, int port) {
    super(scheme, home, port);
    this.scheme = scheme;
  }

  /**
   * The technology.
   *
   * @return the URI's scheme
   */
  public final String scheme() {
    return scheme;
  }

  /**
   * How an agent reaches it.
   *
   * @param behind this server's port, or that of a proxy before it
   * @return what {@code liveness.backends} takes
   */
  public abstract String uri(int behind);

  /**
   * How an agent reaches it without a proxy.
   *
   * @return what {@code liveness.backends} takes
   */
  public final String uri() {
    return uri(port());
  }

  /** Starts it again with nothing of what it knew; ends it before where it runs. */
  public final void startEmpty() {
    if (isRunning()) {
      kill();
    }
    try {
      forget();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  /** Deletes what it keeps on disk. */
  void forget() throws IOException {}
}

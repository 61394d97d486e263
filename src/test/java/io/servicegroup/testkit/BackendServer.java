package io.servicegroup.testkit;

/**
 * A real server of a liveness backend, on loopback, as a process of its own: it can be stopped,
 * killed, hung, and brought back with or without what it knew. Every method waits until it is done.
 */
public interface BackendServer extends AutoCloseable {

  /**
   * The technology.
   *
   * @return the URI's scheme
   */
  String scheme();

  /**
   * Where it listens; the same for as long as this object lives.
   *
   * @return a port of 127.0.0.1
   */
  int port();

  /**
   * How an agent reaches it.
   *
   * @param port this server's, or that of a proxy before it
   * @return what {@code liveness.backends} takes
   */
  String uri(int port);

  /** Starts it again, with what it keeps on disk, if anything. Does nothing where it runs. */
  void start();

  /** Starts it again with nothing of what it knew. */
  void startEmpty();

  /** Ends it by SIGTERM. */
  void stop();

  /** Ends it by SIGKILL. */
  void kill();

  /** SIGSTOP: connections stay, nobody answers. */
  void pause();

  /** SIGCONT. */
  void resume();

  /**
   * The process, for its CPU time.
   *
   * @return its pid
   */
  long pid();

  /** Ends it and removes its files. */
  @Override
  void close();
}

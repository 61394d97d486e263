package io.servicegroup.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A service in a process of its own, to be killed and started again: it writes its pid file,
 * accepts connections on one port, and says nothing.
 */
public final class ListeningService implements AutoCloseable {

  private static final Duration START = Duration.ofSeconds(30);
  private static final String READY = "listening";

  /** Accepts connections and keeps them. Python starts in a twentieth of a JVM's time. */
  private static final String PROGRAM =
      """
      import socket, sys
      server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
      print("%s", flush=True)
      accepted = []
      while True:
          accepted.append(server.accept())
      """
          .formatted(READY);

  private final int port = Ports.free();
  private final Path pidFile;
  private ManagedProcess process;

  /** Starts it. */
  public ListeningService() {
    try {
      pidFile = Files.createTempFile("servicegroup-service-", ".pid");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  /** Starts it again; returns when it listens. */
  public void start() {
    process =
        ManagedProcess.start(
            "service",
            new ProcessBuilder("/usr/bin/python3", "-c", PROGRAM, Integer.toString(port)));
    process.awaitLine(READY, START);
    try {
      Files.writeString(pidFile, process.pid() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * SIGKILL.
   *
   * @return when, by {@link System#nanoTime()}
   */
  public long kill() {
    long killed = System.nanoTime();
    process.kill();
    return killed;
  }

  /**
   * Where it listens, in all its runs.
   *
   * @return a port of 127.0.0.1
   */
  public int port() {
    return port;
  }

  /**
   * The process of its last start.
   *
   * @return its pid
   */
  public long pid() {
    return process.pid();
  }

  /**
   * A probe of its process.
   *
   * @return what a service's {@code probe} takes
   */
  public JsonObject pidProbe() {
    return new JsonObject().put("type", "pid").put("pid_file", pidFile.toString());
  }

  /**
   * A probe that keeps a connection to it.
   *
   * @return what a service's {@code probe} takes
   */
  public JsonObject heldTcpProbe() {
    return new JsonObject()
        .put("type", "tcp")
        .put("address", "127.0.0.1:" + port)
        .put("hold", true);
  }

  /** Kills it. */
  @Override
  public void close() {
    process.close();
    try {
      Files.delete(pidFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package io.servicegroup.testkit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A service in a process of its own, to be killed and started again: it writes its pid file,
 * accepts connections on one port, and says nothing.
 */
public final class ListeningService extends ServerProcess {

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

  /** Starts it. */
  public ListeningService() {
    super("service", TempFiles.directory("servicegroup-service-"), Ports.free());
    start();
  }

  @Override
  List<String> command() {
    return List.of("/usr/bin/python3", "-c", PROGRAM, Integer.toString(port()));
  }

  @Override
  void awaitReady() {
    awaitLine(READY);
    try {
      Files.writeString(pidFile(), pid() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path pidFile() {
    return home().resolve("pid");
  }

  /**
   * A probe of its process.
   *
   * @return what a service's {@code probe} takes
   */
  public JsonObject pidProbe() {
    return new JsonObject().put("type", "pid").put("pid_file", pidFile().toString());
  }

  /**
   * A probe that keeps a connection to it.
   *
   * @return what a service's {@code probe} takes
   */
  public JsonObject heldTcpProbe() {
    return new JsonObject()
        .put("type", "tcp")
        .put("address", "127.0.0.1:" + port())
        .put("hold", true);
  }
}

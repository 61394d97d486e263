package io.servicegroup.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Free TCP ports on loopback, below those that Linux gives to outgoing connections (32768 and
 * above): such a connection would take the port of a server that a test has stopped.
 */
public final class Ports {

  private static final int FIRST = 10_000;
  private static final int COUNT = 22_000;

  /** The ports between stay free for a server that takes the next ones by itself. */
  private static final int STRIDE = 7;

  /** Each JVM begins elsewhere, so that two of them do not find the same port. */
  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(COUNT));

  private Ports() {}

  /**
   * Finds a port that nobody listens on.
   *
   * @return the port; this JVM is given another one the next time
   */
  public static int free() {
    for (int tried = 0; tried < COUNT; tried++) {
      int port = FIRST + Math.floorMod(NEXT.getAndAdd(STRIDE), COUNT);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port is free");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false; // somebody has it
    }
  }
}

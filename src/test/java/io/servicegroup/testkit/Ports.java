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

  /** More than there are JVMs that run tests at once. */
  private static final int SHARES = 8;

  private static final int SHARE = COUNT / SHARES;

  /**
   * The ports of this JVM's own. A server that was stopped, or a proxy that refuses, has given its
   * port back for a while, in which a test in another JVM could find it.
   */
  private static final int OWN = FIRST + SHARE * (fork() % SHARES);

  private static final AtomicInteger NEXT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(SHARE));

  /** The number that the build gives to each of its JVMs; any elsewhere. */
  private static int fork() {
    return Integer.getInteger("servicegroup.fork", ThreadLocalRandom.current().nextInt(SHARES));
  }

  private Ports() {}

  /**
   * Finds a port that nobody listens on.
   *
   * @return the port; this JVM is given another one the next time
   */
  public static int free() {
    for (int tried = 0; tried < SHARE; tried++) {
      int port = OWN + Math.floorMod(NEXT.getAndAdd(STRIDE), SHARE);
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

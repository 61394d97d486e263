package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A Sentinel of Redis 6.2, which decides alone. Calls its master {@link #MASTER}. */
public final class RedisSentinel implements AutoCloseable {

  /** The master's name. */
  public static final String MASTER = "mymaster";

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String CONFIGURATION =
      """
      port %1$d
      bind 127.0.0.1
      sentinel monitor mymaster 127.0.0.1 %2$d 1
      sentinel down-after-milliseconds mymaster 1000
      sentinel failover-timeout mymaster 3000
      """;

  private final Path home = RedisServer.directory();
  private final int port = Ports.free();
  private final ManagedProcess process;

  private RedisSentinel(int master) {
    try {
      Path file =
          Files.writeString(home.resolve("sentinel.conf"), CONFIGURATION.formatted(port, master));
      process =
          ManagedProcess.start(
              "sentinel",
              new ProcessBuilder(RedisServer.unpack(home), file.toString(), "--sentinel")
                  .directory(home.toFile()));
      process.awaitLine("+monitor master", TIMEOUT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes and starts one.
   *
   * @param master the port of the server that it watches
   * @return the running Sentinel
   */
  public static RedisSentinel watching(int master) {
    return new RedisSentinel(master);
  }

  /**
   * Where it listens.
   *
   * @return a port of 127.0.0.1
   */
  public int port() {
    return port;
  }

  /**
   * Waits until it found a replica, without which there is no fail-over.
   *
   * @param replica its port
   */
  public void awaitReplica(int replica) {
    process.awaitLine("+slave slave 127.0.0.1:" + replica, TIMEOUT);
  }

  /**
   * Waits until it made a server the master.
   *
   * @param master its port
   */
  public void awaitFailover(int master) {
    process.awaitLine("+switch-master " + MASTER, TIMEOUT);
    process.awaitLine("127.0.0.1 " + master, TIMEOUT);
  }

  @Override
  public void close() {
    process.close();
    TempFiles.delete(home);
  }
}

package io.servicegroup.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Sentinel of Redis 6.2, which decides alone. Calls its master {@link #MASTER}. */
public final class RedisSentinel extends ServerProcess {

  /** The master's name. */
  public static final String MASTER = "mymaster";

  private static final String CONFIGURATION =
      """
      port %1$d
      bind 127.0.0.1
      sentinel monitor mymaster 127.0.0.1 %2$d 1
      sentinel down-after-milliseconds mymaster 1000
      sentinel failover-timeout mymaster 3000
      """;

  private final int master;

  private RedisSentinel(int master) {
    super("sentinel", RedisServer.directory(), Ports.free());
    this.master = master;
  }

  @Override
  List<String> command() throws IOException {
    Path file = home().resolve("sentinel.conf");
    Files.writeString(file, CONFIGURATION.formatted(port(), master));
    return List.of(RedisServer.unpack(home()), file.toString(), "--sentinel");
  }

  @Override
  void awaitReady() {
    awaitLine("+monitor master");
  }

  /**
   * Makes and starts one.
   *
   * @param master the port of the server that it watches
   * @return the running Sentinel
   */
  public static RedisSentinel watching(int master) {
    RedisSentinel sentinel = new RedisSentinel(master);
    sentinel.start();
    return sentinel;
  }

  /**
   * Waits until it found a replica, without which there is no fail-over.
   *
   * @param replica its port
   */
  public void awaitReplica(int replica) {
    awaitLine("+slave slave 127.0.0.1:" + replica);
  }

  /**
   * Waits until it made a server the master.
   *
   * @param master its port
   */
  public void awaitFailover(int master) {
    awaitLine("+switch-master " + MASTER);
    awaitLine("127.0.0.1 " + master);
  }
}

package io.servicegroup.testkit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A Hazelcast cluster of one member, for agents that are its clients. It keeps nothing on disk:
 * every start is an empty one.
 *
 * <p>It advertises an address at which nobody listens, so that a client that was given a proxy's
 * address stays behind the proxy.
 */
public final class HazelcastServer implements BackendServer {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final String CLUSTER = "servicegroup-test";
  private static final String NOBODY_LISTENS = "127.0.0.2";

  private final int port = Ports.free();
  private ManagedProcess process;

  private HazelcastServer() {}

  /**
   * Makes and starts a server.
   *
   * @return the running server
   */
  public static HazelcastServer create() {
    HazelcastServer server = new HazelcastServer();
    server.start();
    return server;
  }

  @Override
  public String scheme() {
    return "hazelcast";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String uri(int through) {
    return "hazelcast://127.0.0.1:" + through + "/" + CLUSTER + "?mode=client";
  }

  @Override
  public void start() {
    if (process != null && process.isAlive()) {
      return;
    }
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "--add-modules=java.se",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.management/sun.management=ALL-UNNAMED",
            "--add-opens=jdk.management/com.sun.management.internal=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            HazelcastMember.class.getName(),
            CLUSTER,
            Integer.toString(port),
            NOBODY_LISTENS);
    process = ManagedProcess.start("hazelcast", new ProcessBuilder(command));
    process.awaitLine(HazelcastMember.READY, TIMEOUT);
  }

  @Override
  public void startEmpty() {
    stop();
    start();
  }

  @Override
  public void stop() {
    process.signal("TERM");
    process.awaitExit(TIMEOUT);
  }

  @Override
  public void kill() {
    process.kill();
  }

  @Override
  public void pause() {
    process.signal("STOP");
  }

  @Override
  public void resume() {
    process.signal("CONT");
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.close();
  }
}

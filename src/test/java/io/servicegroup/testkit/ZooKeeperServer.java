package io.servicegroup.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A real ZooKeeper on a fixed port, running its own server's main class in a JVM of its own. Its
 * snapshot and its log stay when it is stopped. By default a tick is 500 ms, so that sessions of 1
 * to 10 s can be had.
 *
 * <p>Not thread-safe, except for connecting.
 */
public final class ZooKeeperServer implements BackendServer {

  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  /** Printed by a server without others when it has read its data and takes requests. */
  private static final String READY = "PrepRequestProcessor (sid:0) started";

  private static final String TICK_TIME = "tickTime=";

  private final Path home;
  private final int port;
  private final List<String> properties;
  private final List<String> settings;
  private ManagedProcess process;

  private ZooKeeperServer(int port, List<String> properties, List<String> settings) {
    this.home = directory();
    this.port = port;
    this.properties = properties;
    this.settings = settings;
  }

  /**
   * Makes and starts a server.
   *
   * @param settings {@code name=value} of its configuration file, for example {@code tickTime=200};
   *     everything else is ZooKeeper's default
   * @return the running server
   */
  public static ZooKeeperServer create(String... settings) {
    return create(List.of(), settings);
  }

  /**
   * Makes and starts a server with system properties.
   *
   * @param properties {@code name=value}
   * @param settings as {@link #create(String...)}
   * @return the running server
   */
  public static ZooKeeperServer create(List<String> properties, String... settings) {
    ZooKeeperServer server = prepare(Ports.free(), properties, settings);
    server.start();
    return server;
  }

  /** Makes a server that does not run yet. */
  static ZooKeeperServer prepare(int port, List<String> properties, String... settings) {
    return new ZooKeeperServer(port, properties, Arrays.asList(settings));
  }

  @Override
  public String scheme() {
    return "zookeeper";
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String uri(int behind) {
    return "zookeeper://127.0.0.1:" + behind;
  }

  /**
   * How an agent reaches it without a proxy.
   *
   * @return what {@code liveness.backends} takes
   */
  public String uri() {
    return uri(port);
  }

  @Override
  public void start() {
    if (process == null || !process.isAlive()) {
      launch();
      process.awaitLine(READY, TIMEOUT);
    }
  }

  @Override
  public void startEmpty() {
    if (process != null && process.isAlive()) {
      kill();
    }
    TempFiles.delete(data());
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

  /**
   * What the server printed since its last start.
   *
   * @return its log
   */
  public Journal<String> log() {
    return process.output();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    TempFiles.delete(home);
  }

  /** Starts the process and does not wait: a server of an ensemble is ready with the others. */
  void launch() {
    try {
      Files.createDirectories(data());
      Path config = home.resolve("zoo.cfg");
      Files.write(config, configuration());
      process = ManagedProcess.start("zookeeper " + port, new ProcessBuilder(command(config)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for a line of its log. */
  void awaitLine(String part) {
    process.awaitLine(part, TIMEOUT);
  }

  /** Where its data are. */
  Path data() {
    return home.resolve("data");
  }

  private List<String> configuration() {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "dataDir=" + data(),
                "admin.enableServer=false",
                "maxClientCnxns=0",
                // The tests' disk may be slow, and nothing has to survive a power failure.
                "forceSync=no"));
    if (settings.stream().noneMatch(setting -> setting.startsWith("secureClientPort="))) {
      lines.add("clientPort=" + port);
      lines.add("clientPortAddress=127.0.0.1");
    }
    if (settings.stream().noneMatch(setting -> setting.startsWith(TICK_TIME))) {
      lines.add(TICK_TIME + 500);
    }
    lines.addAll(settings);
    return lines;
  }

  private List<String> command(Path config) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dzookeeper.jmx.log4j.disable=true",
                "-Dlog.zookeeper=info"));
    properties.forEach(property -> command.add("-D" + property));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            "org.apache.zookeeper.server.quorum.QuorumPeerMain",
            config.toString()));
    return command;
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("servicegroup-zookeeper-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
